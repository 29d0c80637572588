import { useLanguages } from "../api/account";

/** Names of languages and custom models by their keys; of one that is gone the key. */
export function useLanguageName(): (key: string) => string {
  const languages = useLanguages("transcription");
  return (key) => languages.data?.find((language) => language.key === key)?.name ?? key;
}
