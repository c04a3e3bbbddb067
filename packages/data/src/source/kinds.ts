import { quoted } from '../../../../common/quoted.ts'
import * as convert from './convert.ts'

// The one table of kinds of files, for Node and for pages: what the first kilobytes say that a file is. Apart from the readers, which load it where a file
// does not look like text or is no table; so it imports no class of an error.

/** A kind of file that is no CSV. */
export interface FileKind {
  /** A short name, for programs: `hdf5`. */
  kind: string
  /** What errors call it: `an HDF5 file`. */
  what: string
  /** The command that makes a table of the file at `path`, or unpacks it. */
  command?: (path: string) => string
  /** What to do, where no command will do. */
  advice?: string
  /** It is a picture. */
  isPicture?: true
}

/** How a kind is told: by bytes at a place, from 0 unless given, by the names in a zip, or by the text of the first kilobytes. */
type Rule = FileKind & {
  magic?: string | readonly string[]
  at?: number
  names?: RegExp
  text?: RegExp
  test?: (bytes: Uint8Array, text: string) => boolean
}

/** So many bytes tell a kind; a few marks stand further behind. */
const ENOUGH = 1 << 12

const FOLDERS = 'Pictures are read from a folder that has a folder for each class: name that.'
const AGAIN = 'Download the file itself again, signed in where its site asks for that.'
const MODEL = 'A model is no table: give it where a model is asked for.'

/** Makes a rule by one way to tell a kind. */
const by =
  <How extends 'magic' | 'names' | 'text' | 'test'>(how: How) =>
  (
    kind: string,
    what: string,
    value: NonNullable<Rule[How]>,
    more: Omit<Partial<Rule>, 'kind' | 'what'> = {},
  ): Rule => ({
    kind,
    what,
    [how]: value,
    ...more,
  })
const [magic, names, text, test] = [by('magic'), by('names'), by('text'), by('test')]

const picture = (kind: string, what: string, magic: string | readonly string[], at?: number): Rule => ({
  kind,
  what,
  magic,
  ...(at !== undefined && { at }),
  advice: FOLDERS,
  isPicture: true,
})

const packed = (kind: string, what: string, magic: string | readonly string[], tool: string, ending: string): Rule => ({
  kind,
  what,
  magic,
  command: convert.unpacked(tool, ending),
})

/** The first rule that fits is taken. */
const rules: readonly Rule[] = [
  // What a download leaves in place of the file.
  text(
    'lfs',
    'a pointer of Git LFS, not the file itself',
    /^version https:\/\/(git-lfs\.github|hawser\.github)\.com\/spec\//,
    { command: convert.lfs },
  ),
  text('dvc', 'a pointer of DVC, not the file itself', /^(md5: [\da-f]{32}\n)?(frozen: \w+\n)?outs:\r?\n- /, {
    command: (path) => `dvc pull ${quoted(path)}`,
  }),
  text('annex', 'a pointer of git-annex, not the file itself', /^(\.\.\/)*(\.git)?\/annex\/objects\//, {
    command: (path) => `git annex get ${quoted(path)}`,
  }),
  text(
    'mhtml',
    'a web page that was saved (MHTML)',
    /^(From: <Saved by |MIME-Version: 1\.0\r?\nContent-Type: multipart\/related)/,
    { advice: AGAIN },
  ),
  text('svg', 'an SVG drawing', /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i, {
    advice: FOLDERS,
  }),
  text(
    'html',
    'an HTML page, such as one to sign in or about an error',
    /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<(!doctype html|html|head|body|script|title|meta)\b/i,
    { advice: AGAIN },
  ),
  text('refusal', "a storage server's error (XML)", /^\s*(<\?xml[^>]*>\s*)?<Error>\s*<Code>/i, { advice: AGAIN }),
  text('stata', 'a data set of Stata', /^<stata_dta>/, { command: convert.frame('read_stata') }),
  text('xml', 'an XML file', /^\s*<(\?xml|[A-Za-z][\w:.-]*[\s>])/),
  text(
    'http',
    "a web server's answer that there is no such file",
    /^\s*(\d{3}:? (page )?(not found|forbidden|unauthorized)|not found|forbidden|unauthorized|access denied|file not found|invalid username or password)\.?\s*$/i,
    { advice: AGAIN },
  ),
  test(
    'zeros',
    'nothing but zero bytes: space for a download that never came',
    (bytes) => bytes.length > 15 && bytes.every((byte) => byte === 0),
    { advice: AGAIN },
  ),
  magic('appledouble', "macOS's notes about another file (AppleDouble)", '\0\x05\x16\x07', {
    advice: 'The file itself has the same name without ._ in front.',
  }),
  magic('dsstore', "macOS's notes about a folder (.DS_Store)", 'Bud1', { at: 4 }),
  magic('lnk', 'a shortcut of Windows, not the file itself', 'L\0\0\0\x01\x14\x02\0', {
    advice: 'Name the file that it leads to.',
  }),
  text('url', 'a link to a web page', /^\s*\[InternetShortcut\]/i, { advice: 'Download what it leads to.' }),
  text('torrent', 'a torrent, not the file itself', /^d(8:announce|7:comment|10:created by|13:announce-list)/),
  text('pem', 'a key or a certificate (PEM)', /^-----BEGIN [A-Z ]+-----/),

  // Arrays and tables of other programs.
  magic('npy', 'an array of NumPy (.npy)', '\x93NUMPY', { command: convert.npy }),
  names('npz', 'arrays of NumPy (.npz)', /^(?!.*\/)[^/]+\.npy$/, { command: convert.npz }),
  magic('parquet', 'a Parquet file', ['PAR1', 'PARE'], { command: convert.frame('read_parquet') }),
  magic('mat73', 'a MAT-file of MATLAB 7.3', 'MATLAB 7.3 MAT-file', { command: convert.hdf5 }),
  magic('mat', 'a MAT-file of MATLAB', 'MATLAB 5.0 MAT-file', { command: convert.mat }),
  test(
    'keras',
    'a Keras model (HDF5)',
    (bytes, text) =>
      text.startsWith('\x89HDF') && /model_weights|keras_version|layer_names/.test(latin1(bytes, 1 << 16)),
    { advice: MODEL },
  ),
  magic('hdf5', 'an HDF5 file', '\x89HDF\r\n\x1a\n', { command: convert.hdf5 }),
  magic('hdf4', 'an HDF4 file', '\x0e\x03\x13\x01'),
  magic('netcdf', 'a NetCDF file', ['CDF\x01', 'CDF\x02', 'CDF\x05'], { command: convert.netcdf }),
  names('torch', 'a PyTorch file', /(^|\/)data\.pkl$/, { advice: 'Save its arrays with numpy.savez_compressed.' }),
  magic('torch', 'a PyTorch file', '\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.', {
    advice: 'Save its arrays with numpy.savez_compressed.',
  }),
  test(
    'pickle',
    'a pickle of Python',
    (bytes) => bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5 && PICKLED.has(bytes[2]!),
    { command: convert.pickle },
  ),
  names('xlsx', 'an Excel workbook (.xlsx)', /^xl\//, { command: convert.frame('read_excel') }),
  names('docx', 'a Word document (.docx)', /^word\//),
  names('pptx', 'a PowerPoint presentation (.pptx)', /^ppt\//),
  names('numbers', 'a spreadsheet of Numbers or another iWork document', /^Index\/[^/]*\.iwa$/, {
    advice: 'Export it as CSV from that program.',
  }),
  magic('ods', 'a spreadsheet of LibreOffice (.ods)', 'mimetypeapplication/vnd.oasis.opendocument.spreadsheet', {
    at: 30,
    command: convert.frame('read_excel', "engine='odf'"),
  }),
  magic('odf', 'a document of LibreOffice', 'mimetypeapplication/vnd.oasis.opendocument', { at: 30 }),
  magic('epub', 'an EPUB book', 'mimetypeapplication/epub+zip', { at: 30 }),
  magic('ole', 'a document of an older Microsoft Office, such as .xls', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', {
    command: convert.frame('read_excel'),
  }),
  magic('arrow', 'an Arrow file (Feather)', ['ARROW1', 'FEA1'], { command: convert.frame('read_feather') }),
  magic('orc', 'an ORC file', 'ORC', { test: (bytes) => bytes[3]! < 32, command: convert.frame('read_orc') }),
  magic('avro', 'an Avro file', 'Obj\x01'),
  magic('lmdb', 'an LMDB database', '\xde\xc0\xef\xbe', { at: 16 }),
  test('tfrecord', 'a TFRecord file', isTfRecord, { advice: 'Save its pictures as PNG in a folder for each class.' }),
  magic('sqlite', 'a SQLite database', 'SQLite format 3\0', { command: convert.sqlite }),
  magic('spss', 'a data set of SPSS', ['$FL2@(#)', '$FL3@(#)'], { command: convert.frame('read_spss') }),
  magic('rdata', 'data of R', ['RDX2\n', 'RDX3\n', 'X\n\0\0\0\x02', 'X\n\0\0\0\x03'], {
    advice: 'In R, write.csv(DATA, "train.csv", row.names = FALSE) writes a CSV.',
  }),
  text('arff', 'an ARFF file (Weka, OpenML)', /^\s*(%[^\n]*\n\s*)*@relation\s/i, { command: convert.arff }),
  text('libsvm', 'rows of LIBSVM (label index:value …)', /^\s*[-+]?\d+(\.\d+)?( +(qid:\d+ +)?\d+:[-+.\de]+)+ *\r?\n/, {
    command: convert.libsvm,
  }),
  text(
    'notebook',
    'a Jupyter notebook',
    /^\s*\{\s*"(cells|metadata|nbformat)"[\s\S]*"(cell_type|kernelspec|nbformat)"/,
    { advice: 'The data lie in another file, which the notebook reads.' },
  ),
  text(
    'credentials',
    "Kaggle's credentials (kaggle.json)",
    /^\s*\{\s*"(username|key)"\s*:[\s\S]{1,200}"(key|username)"\s*:/,
    { advice: 'Keep it to yourself; the data lie in another file.' },
  ),
  text('jsonl', 'a JSON object in each line', /^\s*\{[^\n]*\}\s*?\n\s*\{/, {
    command: convert.frame('read_json', 'lines=True'),
  }),
  text('json', 'a JSON file', /^\s*(\{\s*["}]|\[\s*[[{"\]\d-])/, { command: convert.frame('read_json') }),

  // Models.
  test('onnx', 'an ONNX model', isOnnx, { advice: MODEL }),
  test(
    'safetensors',
    'weights of a model (safetensors)',
    (_, text) => text.slice(4, 8) === '\0\0\0\0' && /^\{\s*"/.test(text.slice(8)),
    { advice: MODEL },
  ),
  magic('gguf', 'a language model (GGUF)', ['GGUF', 'ggjt'], { advice: MODEL }),
  magic('tflite', 'a TensorFlow Lite model', 'TFL3', { at: 4, advice: MODEL }),
  names('keras', 'a Keras model', /^model\.weights\.h5$/, { advice: MODEL }),
  test(
    'savedmodel',
    'a TensorFlow model (SavedModel)',
    (bytes, text) => bytes[0] === 8 && bytes[1] === 1 && bytes[2] === 18 && text.includes('serve'),
    { advice: MODEL },
  ),

  // Pictures.
  picture('png', 'a PNG picture', '\x89PNG\r\n\x1a\n'),
  picture('jpeg', 'a JPEG picture', '\xff\xd8\xff'),
  picture('webp', 'a WebP picture', 'WEBP', 8),
  picture('gif', 'a GIF picture', ['GIF87a', 'GIF89a']),
  {
    ...picture('bmp', 'a BMP picture', 'BM'),
    test: (bytes) => bytes.length > 25 && bytes.subarray(6, 10).every((byte) => byte === 0),
  },
  { ...picture('raw', "a camera's raw picture", 'II*\0'), test: (_, text) => text.slice(8, 10) === 'CR' },
  picture('raw', "a camera's raw picture", 'FUJIFILMCCD-RAW'),
  picture('tiff', 'a TIFF picture', ['II*\0', 'MM\0*', 'II+\0', 'MM\0+']),
  picture('avif', 'an AVIF picture', ['ftypavif', 'ftypavis'], 4),
  picture(
    'heic',
    'a HEIC picture',
    ['ftypheic', 'ftypheix', 'ftyphevc', 'ftypheim', 'ftypheis', 'ftypmif1', 'ftypmsf1'],
    4,
  ),
  picture('jxl', 'a JPEG XL picture', ['\xff\n', '\0\0\0\fJXL \r\n\x87\n']),
  picture('jp2', 'a JPEG 2000 picture', ['\0\0\0\fjP  \r\n\x87\n', '\xff\x4f\xff\x51']),
  picture('ico', 'an icon of Windows', ['\0\0\x01\0', '\0\0\x02\0']),
  picture('psd', 'a Photoshop picture', '8BPS'),
  picture('xcf', 'a GIMP picture', 'gimp xcf '),
  picture('exr', 'an OpenEXR picture', 'v/1\x01'),
  picture('hdr', 'a Radiance picture', ['#?RADIANCE', '#?RGBE']),
  picture('dds', 'a DDS texture', 'DDS '),
  picture('qoi', 'a QOI picture', 'qoif'),
  picture('sgi', 'an SGI picture', ['\x01\xda\0\x01', '\x01\xda\x01\x01']),
  picture('djvu', 'a DjVu document', 'AT&TFORM'),
  {
    ...picture('pcx', 'a PCX picture', '\n'),
    test: (bytes) => bytes[1]! <= 5 && bytes[2] === 1 && [1, 2, 4, 8].includes(bytes[3]!),
  },
  { ...picture('netpbm', 'a Netpbm picture (PBM, PGM, PPM)', ''), text: /^P[1-7]\s+(#[^\n]*\n\s*)*(\d|WIDTH)/ },
  { ...picture('xpm', 'an XPM picture', ''), text: /^\/\* XPM \*\// },
  magic('fits', "an astronomers' picture (FITS)", 'SIMPLE  =', { command: convert.fits }),
  magic('dicom', 'a medical picture (DICOM)', 'DICM', { at: 128, advice: FOLDERS }),
  magic('nifti', 'a medical volume (NIfTI)', ['n+1\0', 'ni1\0'], { at: 344 }),
  magic('nrrd', 'a medical volume (NRRD)', 'NRRD000'),

  // What holds other files.
  packed('xz', 'a file that xz packed', '\xfd7zXZ\0', 'xz', '.xz'),
  packed('lzma', 'a file that lzma packed', ']\0\0', 'xz --format=lzma', '.lzma'),
  packed(
    'bz2',
    'a file that bzip2 packed',
    ['BZh11AY', 'BZh21AY', 'BZh31AY', 'BZh41AY', 'BZh51AY', 'BZh61AY', 'BZh71AY', 'BZh81AY', 'BZh91AY'],
    'bzip2',
    '.bz2',
  ),
  packed('zstd', 'a file that zstd packed', '\x28\xb5\x2f\xfd', 'zstd', '.zst'),
  packed('lz4', 'a file that lz4 packed', '\x04\x22\x4d\x18', 'lz4', '.lz4'),
  packed('lzip', 'a file that lzip packed', 'LZIP', 'lzip', '.lz'),
  packed('compress', 'a file that compress packed', '\x1f\x9d', 'gzip', '.Z'),
  packed('gzip', 'a file that gzip packed twice', '\x1f\x8b', 'gzip', '.gz'),
  magic('snappy', 'a file that Snappy packed', '\xff\x06\0\0sNaPpY'),
  magic('7z', 'a 7z archive', '7z\xbc\xaf\x27\x1c', { command: (path) => `7z x ${quoted(path)}` }),
  magic('rar', 'a RAR archive', 'Rar!\x1a\x07', { command: (path) => `unrar x ${quoted(path)}` }),
  magic('tar', 'a tar archive', 'ustar', { at: 257, command: (path) => `tar -xf ${quoted(path)}` }),
  magic('cab', 'a cabinet of Windows', 'MSCF\0\0\0\0'),
  magic('cpio', 'a cpio archive', ['070701', '070702']),
  magic('ar', 'an ar archive, such as a Debian package', '!<arch>\n'),
  magic('rpm', 'an RPM package', '\xed\xab\xee\xdb'),
  magic('xar', 'a xar archive, such as a macOS package', 'xar!\0\x1c'),
  magic('iso', "a disk's image (ISO 9660)", 'CD001', { at: 32_769 }),
  names('jar', 'a Java archive', /^META-INF\/MANIFEST\.MF$/),
  magic('zip', 'a zip archive', ['PK\x03\x04', 'PK\x05\x06'], { command: (path) => `unzip ${quoted(path)}` }),

  // Documents, sound, film and programs.
  magic('pdf', 'a PDF document', '%PDF-'),
  magic('postscript', 'a PostScript document', '%!PS'),
  magic('rtf', 'an RTF document', '{\\rtf'),
  text('bibtex', 'a list of references (BibTeX)', /^\s*@(article|book|inproceedings|misc|techreport)\s*\{/i),
  text('sql', 'statements in SQL', /^\s*(--[^\n]*\n\s*)*(PRAGMA|CREATE TABLE|INSERT INTO|DROP TABLE)\s/i),
  text('script', 'a script', /^#!\s*\//),
  text(
    'python',
    'a Python program',
    /^(#[^\n]*\n|\s*\n|"""[\s\S]*?"""\s*)*(import [a-z_][\w.]*( as \w+)?|from [a-z_][\w.]* import [\w*, ]+)\s*\r?\n/,
  ),
  magic('wav', 'a sound (WAV)', 'WAVE', { at: 8 }),
  magic('avi', 'a film (AVI)', 'AVI ', { at: 8 }),
  magic('mp4', 'a film (MP4)', 'ftyp', { at: 4 }),
  magic('webm', 'a film (Matroska, WebM)', '\x1a\x45\xdf\xa3'),
  magic('ogg', 'a sound (Ogg)', 'OggS'),
  magic('mp3', 'a sound (MP3)', ['ID3\x02', 'ID3\x03', 'ID3\x04', '\xff\xfb', '\xff\xf3']),
  magic('flac', 'a sound (FLAC)', 'fLaC'),
  magic('elf', 'a program for Linux', '\x7fELF'),
  magic('exe', 'a program for Windows', 'MZ', { test: (bytes) => bytes.subarray(2, 16).includes(0) }),
  magic('macho', 'a program for macOS', ['\xcf\xfa\xed\xfe', '\xce\xfa\xed\xfe']),
  magic('java', 'a class of Java', '\xca\xfe\xba\xbe'),
  magic('wasm', 'a WebAssembly module', '\0asm'),
  magic('plist', 'a property list of macOS', 'bplist00'),
  magic('font', 'a font', ['OTTO\0', 'wOFF', 'wOF2', '\0\x01\0\0\0', 'true\0', 'ttcf\0']),
]

/** What a pickle of protocol 2 to 5 begins with: a frame, an empty container, a global, a number or a text. */
const PICKLED = new Set([0x95, 0x7d, 0x5d, 0x29, 0x28, 0x63, 0x8c, 0x4b, 0x4d, 0x4a, 0x58, 0x8f])

/**
 * The kind of a file by its first kilobytes, or by the names in it where it is a zip that is known to hold them; undefined for text that may be a CSV, and for
 * bytes that nothing here tells.
 */
export function kindOfBytes(bytes: Uint8Array, names = namesIn(bytes)): FileKind | undefined {
  const text = latin1(bytes, ENOUGH)
  return rules.find((rule) => fits(rule, bytes, text, names))
}

function fits(
  { magic, at = 0, names: name, text: pattern, test }: Rule,
  bytes: Uint8Array,
  text: string,
  names: readonly string[],
): boolean {
  if (name) return names.length > 0 && names.some((each) => name.test(each))
  if (pattern) return pattern.test(text.replace(/^\xef\xbb\xbf/, ''))
  const seen =
    magic === undefined || [magic].flat().some((each) => latin1(bytes.subarray(at, at + each.length), ENOUGH) === each)
  return seen && (test?.(bytes, text) ?? true)
}

const latin1 = (bytes: Uint8Array, most: number): string => {
  let text = ''
  for (let start = 0; start < Math.min(bytes.length, most); start += 4096)
    text += String.fromCharCode(...bytes.subarray(start, Math.min(start + 4096, most)))
  return text
}

/** The names of the files at the start of a zip. */
function namesIn(bytes: Uint8Array): string[] {
  if (latin1(bytes.subarray(0, 4), 4) !== 'PK\x03\x04') return []
  // Behind a file's mark stand 22 bytes, the length of its name, two more bytes and the name.
  const files = latin1(bytes, 1 << 18)
    .split('PK\x03\x04')
    .slice(1)
  return files.map((file) => file.slice(26, 26 + file.charCodeAt(22) + 256 * file.charCodeAt(23)))
}

/** A version of the format, then a name, a graph or the operators' version. */
function isOnnx(bytes: Uint8Array): boolean {
  if (bytes[0] !== 8 || bytes[1]! < 3 || bytes[1]! > 30) return false
  return bytes[2] === 0x12
    ? /[\w-]/.test(String.fromCharCode(bytes[4]!))
    : [0x1a, 0x22, 0x2a, 0x32, 0x3a, 0x42, 0x72].includes(bytes[2]!)
}

/** A length of eight bytes with its sum, then an example's features. */
function isTfRecord(bytes: Uint8Array, text: string): boolean {
  const length = bytes.length > 16 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  return (
    length !== false &&
    length < 1 << 26 &&
    text.slice(4, 8) === '\0\0\0\0' &&
    bytes[12] === 0x0a &&
    /image|label/.test(text)
  )
}

/** The command that makes PNG of all pictures in a folder, in another folder. */
export const picturesCommand = convert.pictures

/** What there is to say of a file that is of another kind than `expected`; `path` is where it lies, for the command. */
export function otherKind({ kind, what, command, advice }: FileKind, file: string, expected: string, path?: string) {
  const line = command?.(path ?? 'FILE')
  const params = { kind, ...(line !== undefined && { command: line }) }
  const way = line === undefined ? advice : convert.said(line)
  return {
    code: 'DATA_KIND_OTHER',
    params,
    file,
    expected,
    found: what,
    ...(way && { advice: way }),
  } as const
}
