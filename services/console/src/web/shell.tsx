import type { ComponentChildren } from 'preact';

export type Place = 'now' | 'find' | 'screening' | 'doctor' | 'inbox';

const PLACES: { place: Place; href: string; title: string }[] = [
  { place: 'now', href: '/#now', title: 'Now' },
  { place: 'find', href: '/#find', title: 'Find' },
  { place: 'screening', href: '/#screening', title: 'Screening' },
  { place: 'doctor', href: '/#doctor', title: 'Doctor' },
  { place: 'inbox', href: '/inbox', title: 'Inbox' },
];

type Props = {
  current: Place;
  hasInbox: boolean;
  /** Whether the page is receiving updates. */
  isLive: boolean;
  /** To the right of the navigation. */
  aside?: ComponentChildren;
  children: ComponentChildren;
};

/** The frame of all pages: a link that skips the navigation, the navigation, and whether the page is live. */
export function Shell({ current, hasInbox, isLive, aside, children }: Props) {
  return (
    <>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <header class="masthead">
        <span class="product">SMS gateway</span>
        <nav aria-label="Pages">
          <ul>
            {PLACES.filter(({ place }) => place !== 'inbox' || hasInbox).map(({ place, href, title }) => (
              <li key={place}>
                <a href={href} aria-current={place === current ? 'page' : undefined}>
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <span class={`live ${isLive ? 'good' : 'bad'}`}>{isLive ? 'live' : 'reconnecting …'}</span>
        {aside}
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
