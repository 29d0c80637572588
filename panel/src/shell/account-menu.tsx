import { Menu } from "@base-ui/react/menu";
import { Check, CircleUser, LogOut } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Me } from "../api/client";
import { SIGN_OUT } from "../session/sign-out-page";
import { chooseLanguage, LANGUAGES, type PanelLanguage } from "../text/catalogue";
import menu from "../ui/menu.module.css";
import { useOverlayPlace } from "../ui/overlay-place";
import styles from "./account-menu.module.css";
import { chooseTheme, chosenTheme, THEMES, type Theme } from "./theme";

/** Who is signed in, how the panel looks and speaks, and the way out. */
export function AccountMenu({ me }: { me: Me }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const place = useOverlayPlace();
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <Menu.Root>
      <Menu.Trigger className={styles.trigger}>
        <span className="visually-hidden">{t("app.account")}</span>
        <CircleUser aria-hidden="true" />
        <span className={styles.who}>
          <span dir="auto">{me.user.name}</span>
          <small dir="auto">{me.organisation.name}</small>
        </span>
      </Menu.Trigger>
      <Menu.Portal {...place}>
        <Menu.Positioner className={menu.positioner} side="top" align="start" sideOffset={6}>
          <Menu.Popup className={menu.popup}>
            <Choices
              label={t("app.theme")}
              value={theme}
              onChoose={(chosen: Theme) => {
                chooseTheme(chosen);
                setTheme(chosen);
              }}
              options={THEMES.map((value) => ({ value, name: t(`app.themes.${value}`) }))}
            />
            <Choices
              label={t("app.language")}
              value={i18n.language as PanelLanguage}
              onChoose={(chosen: PanelLanguage) => void chooseLanguage(chosen)}
              options={(Object.keys(LANGUAGES) as PanelLanguage[]).map((value) => ({
                value,
                name: LANGUAGES[value],
              }))}
            />
            <Menu.Separator className={menu.separator} />
            <Menu.Item className={menu.item} onClick={() => navigate(SIGN_OUT)}>
              <LogOut aria-hidden="true" />
              {t("app.signOut")}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

interface ChoicesProps<Value extends string> {
  label: string;
  value: Value;
  onChoose(value: Value): void;
  options: readonly { value: Value; name: ReactNode }[];
}

function Choices<Value extends string>({ label, value, onChoose, options }: ChoicesProps<Value>) {
  return (
    <Menu.RadioGroup value={value} onValueChange={(chosen: Value) => onChoose(chosen)}>
      <Menu.Group>
        <Menu.GroupLabel className={menu.label}>{label}</Menu.GroupLabel>
        {options.map((option) => (
          <Menu.RadioItem
            key={option.value}
            value={option.value}
            className={menu.item}
            closeOnClick={false}
          >
            <Menu.RadioItemIndicator keepMounted className={menu.mark}>
              <Check aria-hidden="true" />
            </Menu.RadioItemIndicator>
            {option.name}
          </Menu.RadioItem>
        ))}
      </Menu.Group>
    </Menu.RadioGroup>
  );
}
