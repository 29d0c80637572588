import { Menu } from "@base-ui/react/menu";
import { AlignLeft, AudioLines, Upload } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { JobKind } from "../api/jobs";
import { buttonClass } from "../ui/button";
import styles from "../ui/menu.module.css";
import { useOverlayPlace } from "../ui/overlay-place";
import { JobDialog } from "./job-dialog";

export function UploadMenu() {
  const { t } = useTranslation();
  const place = useOverlayPlace();
  const [opened, setOpened] = useState<JobKind | null>(null);
  return (
    <>
      <Menu.Root>
        <Menu.Trigger className={buttonClass("primary")}>
          <Upload aria-hidden="true" />
          {t("dashboard.upload")}
        </Menu.Trigger>
        <Menu.Portal {...place}>
          <Menu.Positioner className={styles.positioner} align="end" sideOffset={6}>
            <Menu.Popup className={styles.popup}>
              <Menu.Item className={styles.item} onClick={() => setOpened("transcription")}>
                <AudioLines aria-hidden="true" />
                {t("dashboard.transcription")}
              </Menu.Item>
              <Menu.Item className={styles.item} onClick={() => setOpened("alignment")}>
                <AlignLeft aria-hidden="true" />
                {t("dashboard.alignment")}
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <JobDialog kind={opened} onClose={() => setOpened(null)} />
    </>
  );
}
