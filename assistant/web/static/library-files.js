// Files dropped or chosen: folders opened, system files left out, each with the name its document will go by.

const NEVER = ["thumbs.db", "desktop.ini"];

/** @param {string} path */
const isDocument = (path) => {
  const parts = path.split("/");
  const last = parts[parts.length - 1].toLowerCase();
  return !NEVER.includes(last) && !last.startsWith("~$") && !parts.some((one) => one.startsWith(".") || one === "__MACOSX");
};

/**
 * @param {FileSystemDirectoryEntry} entry
 * @returns {Promise<FileSystemEntry[]>}
 */
const inFolder = (entry) => new Promise((resolve, reject) => {
  const reader = entry.createReader();
  /** @type {FileSystemEntry[]} */
  const found = [];
  const next = () => reader.readEntries((some) => {
    if (!some.length) return resolve(found);
    found.push(...some);
    next(); // browsers give a hundred at a time
  }, reject);
  next();
});

/**
 * @param {FileSystemEntry} entry
 * @param {string} folder
 * @returns {Promise<Page.FoundFile[]>}
 */
async function walk(entry, folder) {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    return [{ file, path }];
  }
  const inside = await inFolder(/** @type {FileSystemDirectoryEntry} */ (entry));
  const found = await Promise.all(inside.map((one) => walk(one, `${path}/`)));
  return found.flat();
}

/**
 * The files of a drop, those in folders too.
 * @param {DataTransfer} transfer
 * @returns {Promise<Page.FoundFile[]>}
 */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((one) => one.webkitGetAsEntry?.()).filter((entry) => entry !== null && entry !== undefined);
  if (!entries.length) return chosenFiles(transfer.files);
  return (await Promise.all(entries.map((entry) => walk(entry, "")))).flat();
}

/**
 * The files of an input element.
 * @param {FileList} files
 * @returns {Page.FoundFile[]}
 */
export const chosenFiles = (files) => [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

/**
 * Name each file: its own name, with as many folders in front as it takes to be new in this batch.
 * @param {Page.FoundFile[]} files
 * @returns {Page.NamedFile[]}
 */
export function nameFiles(files) {
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
