/** The mark: three agents around one run. */
export function Logo({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 28 28" fill="none" aria-hidden="true">
      <path
        d="M14 6.5 7 19.5h14L14 6.5Z"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinejoin="round"
        opacity="0.45"
      />
      <circle cx="14" cy="6.5" r="4" fill="currentColor" />
      <circle cx="6.5" cy="20" r="4" fill="currentColor" />
      <circle cx="21.5" cy="20" r="4" fill="currentColor" />
    </svg>
  );
}
