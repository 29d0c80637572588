import type { JobKind } from "../api/jobs";

export const jobPage = ({ kind, id }: { kind: JobKind; id: string }) => `/${kind}s/${id}`;
