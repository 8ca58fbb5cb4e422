// Looks at what is drawn, inside the page.

import assert from 'node:assert/strict';

/** A large screen and a small one. */
export const SCREENS = { desktop: { width: 1280, height: 900 }, mobile: { width: 360, height: 740 } };

/** Whoever looks at the page, by whatever means, can read it and find their way. */
export async function isFitToUse(page) {
  assert.deepEqual(await faintTexts(page), []);
  assert.deepEqual(await faintEdges(page), []);
  assert.deepEqual(await namelessControls(page), []);
  assert.deepEqual(await overfull(page), []);
  assert.equal(await page.locator('h1').count(), 1);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, 'the page is wider than the screen');
  const inline = await page.evaluate(() => document.querySelectorAll('[style]:not([style=""]), style, script:not([src])').length);
  assert.equal(inline, 0, 'a strict content security policy lets no inline style or script pass');
}

/** Texts whose contrast with what is behind them is below WCAG AA (4.5, or 3 for large ones), with their ratio. */
function faintTexts(page) {
  return page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    // Any CSS colour as numbers, painted over others.
    const paint = (...layers) => {
      canvas.clearRect(0, 0, 1, 1);
      for (const layer of layers) {
        canvas.fillStyle = layer;
        canvas.fillRect(0, 0, 1, 1);
      }
      return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (colour) => {
      const [r, g, b] = colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const grounds = (element) => {
      const layers = [];
      for (let each = element; each; each = each.parentElement) layers.unshift(getComputedStyle(each).backgroundColor);
      return layers;
    };
    const faint = [];
    const check = (element, text) => {
      if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return;
      const style = getComputedStyle(element);
      const colour = element instanceof SVGElement ? style.fill : style.color;
      const behind = grounds(element);
      const [a, b] = [luminance(paint(...behind, colour)), luminance(paint(...behind))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) faint.push(`${text}: ${ratio.toFixed(2)}`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) check(walker.currentNode.parentElement, walker.currentNode.textContent.trim());
    for (const field of document.querySelectorAll('input:not([type="range"]), select')) check(field, field.value);
    return faint;
  });
}

/** Fields and buttons whose edge stands out from what is around it by less than 3. */
function faintEdges(page) {
  return page.evaluate(() => {
    const luminance = (text) => {
      const [r, g, b] = text.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
      for (let each = element; each; each = each.parentElement) {
        const { backgroundColor } = getComputedStyle(each);
        if (!/, 0\)$|transparent/.test(backgroundColor)) return backgroundColor;
      }
      return 'rgb(255, 255, 255)';
    };
    return [...document.querySelectorAll('input:not([type="range"]), select')]
      .filter((field) => field.checkVisibility())
      .map((field) => {
        const [a, b] = [luminance(getComputedStyle(field).borderTopColor), luminance(ground(field.parentElement))].sort((x, y) => y - x);
        return [field.id, (a + 0.05) / (b + 0.05)];
      })
      .filter(([, ratio]) => ratio < 3);
  });
}

/** Controls without a name, from the browser's own accessibility tree. */
async function namelessControls(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const controls = new Set(['button', 'link', 'textbox', 'searchbox', 'combobox', 'slider', 'spinbutton', 'Date', 'DateTime', 'img', 'image', 'table', 'form', 'navigation', 'region']);
  return nodes
    .filter(({ ignored, role, name }) => !ignored && controls.has(role?.value) && !name?.value?.trim())
    .map(({ role, nodeId }) => `${role.value} ${nodeId}`);
}

/** Whatever has more in it than it has room for: texts that are cut off or run into others. */
function overfull(page) {
  return page.evaluate(() => [...document.querySelectorAll('main :is(td, th, dd, dt, p, h1, h2, label, button, summary, .sheet)')]
    .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1)
    .map((element) => `${element.localName}: ${element.textContent.slice(0, 80)}`));
}

/** How much has moved on the page by itself since it was opened, as browsers count it. */
export function layoutShift(page) {
  return page.evaluate(() => new Promise((resolve) => {
    new PerformanceObserver((list) => {
      resolve(list.getEntries().reduce((sum, { value, hadRecentInput }) => (hadRecentInput ? sum : sum + value), 0));
    }).observe({ type: 'layout-shift', buffered: true });
    // No entry is no call: nothing has moved.
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(0)));
  }));
}
