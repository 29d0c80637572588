import { Component, type ReactNode } from "react";
import { FaultNotice } from "./fault-notice";

/** Where a part fails, such as one whose file does not come, the rest of the page stays. */
export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    // A file that is missing may be of a release before this one.
    return <FaultNotice error={error} onRetry={() => window.location.reload()} />;
  }
}
