import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./en.json";

export const LANGUAGES = { en: "English", fr: "Français" } as const;
export type PanelLanguage = keyof typeof LANGUAGES;

const CHOICE = "argot.language";

/** English is always there, since other languages fall back to it; they come when wanted. */
const others: Record<Exclude<PanelLanguage, "en">, () => Promise<{ default: typeof en }>> = {
  fr: () => import("./fr.json"),
};

export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  });
  await show(preferred());
}

export async function chooseLanguage(language: PanelLanguage): Promise<void> {
  localStorage.setItem(CHOICE, language);
  await show(language);
}

async function show(language: PanelLanguage): Promise<void> {
  if (language !== "en" && !i18next.hasResourceBundle(language, "translation")) {
    const { default: texts } = await others[language]();
    i18next.addResourceBundle(language, "translation", texts);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

/** What was chosen before, else the first of the browser's languages that there is. */
function preferred(): PanelLanguage {
  const wanted = [localStorage.getItem(CHOICE), ...navigator.languages];
  return wanted.map((tag) => tag?.split("-")[0]).find(isKnown) ?? "en";
}

function isKnown(tag: string | undefined): tag is PanelLanguage {
  return tag !== undefined && tag in LANGUAGES;
}
