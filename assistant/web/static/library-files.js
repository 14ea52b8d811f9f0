// Files dropped or chosen: folders opened, system files left out, each with the name its document will go by.

const NEVER = ["thumbs.db", "desktop.ini"];

const isDocument = (path) => {
  const parts = path.split("/");
  const last = parts.at(-1).toLowerCase();
  return !NEVER.includes(last) && !last.startsWith("~$") && !parts.some((one) => one.startsWith(".") || one === "__MACOSX");
};

const inFolder = (entry) => new Promise((resolve, reject) => {
  const reader = entry.createReader();
  const found = [];
  const next = () => reader.readEntries((some) => {
    if (!some.length) return resolve(found);
    found.push(...some);
    next(); // browsers give a hundred at a time
  }, reject);
  next();
});

async function walk(entry, folder) {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, path }];
  }
  const inside = await inFolder(entry);
  const found = await Promise.all(inside.map((one) => walk(one, `${path}/`)));
  return found.flat();
}

/** The files of a drop, those in folders too: `[{file, path}]`. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((one) => one.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return chosen(transfer.files);
  return (await Promise.all(entries.map((entry) => walk(entry, "")))).flat();
}

/** The files of an input element: `[{file, path}]`. */
export const chosen = (files) => [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

/** Name each file: its own name, with as many folders in front as it takes to be new in this batch. */
export function named(files) {
  const taken = new Set();
  return files.filter(({ path }) => isDocument(path)).map(({ file, path }) => {
    const parts = path.split("/");
    let depth = 1;
    while (depth < parts.length && taken.has(parts.slice(-depth).join("/"))) depth += 1;
    const name = parts.slice(-depth).join("/");
    taken.add(name);
    return { file, name };
  });
}
