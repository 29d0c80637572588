import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import { useOverlayPlace } from "./overlay-place";
import styles from "./select.module.css";

export interface Option<Value extends string> {
  value: Value;
  label: string;
}

interface SelectProps<Value extends string> {
  id: string;
  labelId: string;
  helpId?: string | undefined;
  options: readonly Option<Value>[];
  value: Value | null;
  onChange(value: Value): void;
  placeholder?: string;
  disabled?: boolean;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  const { id, labelId, helpId, options, value, onChange, placeholder, disabled = false } = props;
  const place = useOverlayPlace();
  return (
    <Base.Root<Value>
      items={options}
      value={value}
      onValueChange={(chosen) => chosen !== null && onChange(chosen)}
      disabled={disabled}
    >
      <Base.Trigger
        id={id}
        className={styles.trigger}
        aria-labelledby={labelId}
        aria-describedby={helpId}
      >
        <Base.Value className={styles.value} placeholder={placeholder} />
        <ChevronsUpDown aria-hidden="true" />
      </Base.Trigger>
      <Base.Portal {...place}>
        <Base.Positioner className={styles.positioner} sideOffset={4} alignItemWithTrigger={false}>
          <Base.Popup className={styles.popup}>
            <Base.List className={styles.list} aria-labelledby={labelId}>
              {options.map((option) => (
                <Base.Item key={option.value} value={option.value} className={styles.item}>
                  <Base.ItemText dir="auto">{option.label}</Base.ItemText>
                  <Base.ItemIndicator className={styles.indicator}>
                    <Check aria-hidden="true" />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
