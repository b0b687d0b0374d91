export { RelativeTime } from "@/ui/RelativeTime";
