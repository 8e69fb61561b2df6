import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const CANDIDATES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Where a Chromium is; says so where there is none. */
export const browserPath = CANDIDATES.find((path): path is string => path !== undefined && isExecutable(path));
if (browserPath === undefined) console.warn('Skipped: no Chromium. Set CHROMIUM_PATH to one.');

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A headless browser with a profile of its own, which stays off the network. */
export class Browser {
  readonly #profile = mkdtempSync(join(tmpdir(), 'eigenview-browser-'));
  #context: BrowserContext | undefined;

  async open(path: string, view: { width: number; dark?: boolean }): Promise<Opened> {
    this.#context ??= await chromium.launchPersistentContext(this.#profile, {
      executablePath: browserPath ?? '',
      headless: true,
      chromiumSandbox: false,
      args: [
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    const page = await this.#context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.setViewportSize({ width: view.width, height: 900 });
    await page.emulateMedia({ colorScheme: view.dark ? 'dark' : 'light' });
    await page.goto(pathToFileURL(path).href);
    return { page, requests, complaints };
  }

  async close(): Promise<void> {
    await this.#context?.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }
}

export interface Opened {
  page: Page;
  /** Addresses that were asked for, the page's own first. */
  requests: string[];
  /** What the page wrote to the console, blocked content included. */
  complaints: string[];
}

/** What a look at the page would find wrong: text over text, a page or text wider than the window, invisible figures. */
export function flaws(page: Page): Promise<string[]> {
  // Runs in the page, for which this project has no types.
  return page.evaluate(`(${inspect})()`);
}

const inspect = `() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push('the page is ' + root.scrollWidth + ' px wide in ' + root.clientWidth);
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (node.textContent.trim() === '' || parent.closest('title, style')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const inDrawing = parent.closest('svg') !== null;
    const rectangles = inDrawing ? [parent.getBoundingClientRect()] : [...range.getClientRects()];
    const scrolls = parent.closest('.scroll') !== null;
    for (const { left, right, top, bottom } of rectangles) {
      if (right - left < 1 || bottom - top < 1) found.push('invisible: ' + node.textContent);
      if (!scrolls && (left < 0 || right > root.clientWidth)) found.push('cut off: ' + node.textContent);
      boxes.push({ node, text: node.textContent.trim(), left, right, top, bottom });
    }
  }
  boxes.sort((a, b) => a.top - b.top);
  // Line boxes are higher than their letters: an overlap of a pixel or two shows nothing.
  const SLACK = 2;
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length && boxes[j].top < boxes[i].bottom - SLACK; j++) {
      const [a, b] = [boxes[i], boxes[j]];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (a.node !== b.node && across > SLACK && down > SLACK) found.push(a.text + ' covers ' + b.text);
    }
  }
  for (const svg of document.querySelectorAll('figure svg')) {
    const { width, height } = svg.getBoundingClientRect();
    if (width < 300 || height < 200) found.push('a figure is ' + width + ' by ' + height);
  }
  return found;
}`;
