import type { ComponentChildren } from 'preact';

type Column = string | { title: string; isNumber: true };

type Props = {
  /** Id of the heading, which also labels the region that scrolls on a narrow screen. */
  id: string;
  title: string;
  columns: readonly Column[];
  /** Shown instead of a table without rows. */
  empty: string;
  rows: readonly ComponentChildren[];
};

export const number = (title: string): Column => ({ title, isNumber: true });

/** A heading and its table. */
export function TablePanel({ id, title, columns, empty, rows }: Props) {
  return (
    <section class="panel" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {rows.length === 0 ? (
        <p class="empty">{empty}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-labelledby={id}>
          <table>
            <thead>
              <tr>
                {columns.map((column) =>
                  typeof column === 'string' ? (
                    <th key={column} scope="col">
                      {column}
                    </th>
                  ) : (
                    <th key={column.title} scope="col" class="number">
                      {column.title}
                    </th>
                  ),
                )}
              </tr>
            </thead>
            <tbody>{rows}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}
