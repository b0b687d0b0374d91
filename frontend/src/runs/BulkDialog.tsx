import { Button, Group, Modal, Skeleton, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { shortRunId } from "@/ui/RunId";
import { StatusMark } from "@/ui/StatusMark";
import { type BulkOptions as BulkOptionValues, previewBulk, startBulk } from "@/wire/api";
import { keyed } from "@/wire/keyed";
import { ApiProblem, isProblem } from "@/wire/problem";
import { keys } from "@/wire/queries";
import type { BulkAction } from "@/wire/types";
import { BulkOptions } from "./BulkOptions";
import { BulkProgress } from "./BulkProgress";
import { NO_INPUT, optionsOf } from "./bulkActions";
import classes from "./RunsPage.module.css";

interface Props {
  action: BulkAction;
  dangerous: boolean;
  filter: Readonly<Record<string, unknown>>;
  onClose(started: boolean): void;
}

/** First how many and which, then a reason, then how far it is. */
export function BulkDialog({ action, dangerous, filter, onClose }: Props) {
  const { t } = useTranslation(["runs", "app"]);
  const [reason, setReason] = useState("");
  const [input, setInput] = useState(NO_INPUT);
  const client = useQueryClient();
  const preview = useQuery({
    queryKey: ["bulk", "preview", action, filter],
    queryFn: ({ signal }) => previewBulk({ action, filter }, signal),
    gcTime: 0,
    retry: false,
  });
  const start = useMutation({
    mutationFn: (body: Parameters<typeof startBulk>[0] & { options: BulkOptionValues }) => {
      const { options, ...asked } = body;
      return keyed({ bulk: body }, (key) => startBulk(asked, options, key));
    },
    onError: (error) => isProblem(error, "count_changed") && void preview.refetch(),
    onSettled: () => client.invalidateQueries({ queryKey: keys.runs }),
  });
  const count = preview.data?.count ?? 0;
  const title = t(`bulk.title.${action}`, { count });
  if (start.data) {
    return (
      <Modal
        opened
        closeButtonProps={{ "aria-label": t("app:action.close") }}
        onClose={() => onClose(true)}
        title={title}
      >
        <BulkProgress operation={start.data.id} onClose={() => onClose(true)} />
      </Modal>
    );
  }
  const failed = preview.error ?? start.error;
  const options = optionsOf(action, input);
  const left = (preview.data?.matching ?? 0) - count;
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={() => onClose(false)}
      title={preview.data ? title : t(`bulk.action.${action}`)}
    >
      {preview.isPending && <Skeleton height={96} radius="sm" />}
      {preview.data && (
        <>
          <Text size="sm" mb="sm">
            {t(`bulk.text.${action}`)}
          </Text>
          {left > 0 && (
            <Text size="sm" mb="sm" c="dimmed">
              {t("bulk.leftOut", { count: left })}
            </Text>
          )}
          <ul className={classes.sample}>
            {preview.data.sample.map((run) => (
              <li key={run.id}>
                <StatusMark status={run.status} size={13} />
                <span className="ellipsis">{run.workflow.title}</span>
                <code title={run.id}>{shortRunId(run.id)}</code>
              </li>
            ))}
            {count > preview.data.sample.length && (
              <li>{t("bulk.andMore", { count: count - preview.data.sample.length })}</li>
            )}
          </ul>
          <BulkOptions
            action={action}
            value={input}
            onChange={setInput}
            problem={start.error instanceof ApiProblem ? start.error : null}
          />
          <Textarea
            label={t("bulk.reason")}
            description={t("bulk.reasonHint")}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={500}
            mt="md"
            data-autofocus
          />
        </>
      )}
      {failed && (
        <Text role="alert" c="red" size="sm" mt="sm">
          {failed.message}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={() => onClose(false)}>
          {t("bulk.leave")}
        </Button>
        <Button
          {...(dangerous && { color: "red" })}
          disabled={count === 0 || options === null}
          loading={start.isPending}
          onClick={() => options && start.mutate({ action, filter, reason, expected_count: count, options })}
          data-testid="confirm-bulk"
        >
          {preview.data ? title : t(`bulk.action.${action}`)}
        </Button>
      </Group>
    </Modal>
  );
}
