/** A switch that takes effect at once. `label` says what it switches. */
export function Switch({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={isOn}
      aria-label={label}
      className="bk-switch"
      onClick={() => onChange(!isOn)}
    >
      <span aria-hidden />
    </button>
  );
}
