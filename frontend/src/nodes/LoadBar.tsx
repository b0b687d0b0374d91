import classes from "./LoadBar.module.css";

/** How full something is: a word, a figure, a bar that warns from 75 % and alarms from 90 %. */
export function LoadBar({ share, label, value }: { share: number; label: string; value: string }) {
  const full = Math.max(0, Math.min(1, share));
  const tone = full >= 0.9 ? "red" : full >= 0.75 ? "amber" : "accent";
  return (
    <div className={classes.load}>
      <span className={classes.label}>{label}</span>
      <span className={classes.value}>{value}</span>
      <span className={classes.track} aria-hidden>
        <span data-tone={tone} style={{ width: `${full * 100}%` }} />
      </span>
    </div>
  );
}
