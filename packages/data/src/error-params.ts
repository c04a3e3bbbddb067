import type { OptionFault } from '../../../common/options.ts'
import type { ImageShape, Part } from './types.ts'

/** Nothing beside the place and what was found and expected. */
type Nothing = Readonly<Record<never, never>>

/**
 * What each code of a `DataError` means, and what its `params` hold beside what every error may say of the place: `file`, `row`, `column`, `found` and
 * `expected`.
 */
export interface DataErrorParams {
  /** There is no such option: `option`, the one probably meant as `suggestion`, all as `known`. */
  DATA_OPTION_UNKNOWN: OptionFault & { where: string }
  /** An option has a value that it cannot have: `option`, `expected`, `found`. */
  DATA_OPTION_INVALID: (OptionFault & { where: string }) | { where: string; option: string }
  /** An option means nothing for this kind of source, or for what is in it: `option`, and where it is the kind, `source` and the `sources` that take it. */
  DATA_OPTION_UNFIT: { option: string; source?: string; sources?: readonly string[] }
  /** Two options say different things: `option` and `other`. */
  DATA_OPTION_CONFLICT: { where: string; option: string; other: string }
  /** What is to be read is nothing that this function reads: `expected`, `found`. */
  DATA_SOURCE_INVALID: Nothing
  /** A file is of another kind than what is to be read, as its first bytes tell: `kind`, such as `hdf5`, and the `command` that converts it where there is one. */
  DATA_KIND_OTHER: { kind: string; command?: string }
  /** There is no such file. */
  DATA_FILE_MISSING: Nothing
  /** A file or a folder cannot be opened or read: the system's `reason`. */
  DATA_FILE_UNREADABLE: { reason: string }
  /** A folder where one file is to be read. */
  DATA_FILE_FOLDER: Nothing
  /** A file was written to while it was read: its sizes as `found` and `expected`. */
  DATA_FILE_CHANGED: Nothing
  /** There is nothing in the file. */
  DATA_FILE_EMPTY: Nothing
  /** The file is cut short or damaged: not as long as it says, or gzip that cannot be unpacked. */
  DATA_FILE_DAMAGED: Nothing
  /** An address cannot be fetched: the HTTP `status`, or the `reason` where no answer came. */
  DATA_FETCH_FAILED: { status?: number; reason?: string }
  /** What an address gives is more than an `option` allows, which is its `limit`: in bytes, or in milliseconds without one. */
  DATA_FETCH_LIMIT: { option: 'maxBytes' | 'stallTimeout'; limit: number }
  /** Gzip or Parquet unpacks to more than an `option` allows, which is its `limit`: so many times its bytes. */
  DATA_GZIP_LIMIT: { option: 'maxRatio'; limit: number }
  /** A zip cannot be read: the `entry` at fault, and the code of the error beneath as `reason`. */
  DATA_ZIP_UNREADABLE: { entry?: string; reason?: string }
  /** A zip has neither a CSV nor pictures in it: its `files`. */
  DATA_ZIP_EMPTY: { files: readonly string[] }
  /** A zip has no file of the name that `member` gives, or several: `member`, the `files` that may be meant. */
  DATA_MEMBER_MISSING: { member: string; files: readonly string[] }
  /** None or several of the `names` in a zip or folder (`source`) are the `part`. */
  DATA_PART_UNCLEAR: { part: Part; source: 'zip' | 'pictures'; names: readonly string[] }
  /** A folder has no parts, and one is asked for: `part`, and the `folders` that there are. */
  DATA_PART_MISSING: { part: Part; folders: readonly string[] }
  /** A folder or zip has no pictures: how many `others` are in it, the `tables` among them, and the `command` that makes pictures of the others where they are of other kinds. */
  DATA_PICTURES_NONE: { others: number; tables: readonly string[]; command?: string }
  /** Two pictures have one path: `id`. */
  DATA_PICTURE_DUPLICATE: { id: string }
  /** Some of the `pictures` cannot be decoded: `broken`, each with its reason; `unread` where all of these are pictures of other kinds, with the `command` that converts them. */
  DATA_PICTURE_BROKEN: { pictures: number; broken: readonly string[]; unread: boolean; command?: string }
  /** Pictures differ in size, and no size is asked for: the `first` and the `other`. */
  DATA_PICTURE_SIZES: Readonly<Record<'first' | 'other', { name: string; height: number; width: number }>>
  /** The pixels take more memory than there is: `bytes`. */
  DATA_MEMORY_EXCEEDED: { bytes: number }
  /** What decodes pictures, or reads Parquet, is not installed, or does not load: `package`, and why as `reason`. */
  DATA_DECODER_MISSING: { package: string; reason: string }
  /** Pictures lie beside the folders of classes: their paths as `pictures`. */
  DATA_CLASS_FOLDER_MISSING: { pictures: readonly string[] }
  /** Folders of classes have no pictures: `folders`, and the `command` that makes some of what is in them. */
  DATA_CLASS_FOLDER_EMPTY: { folders: readonly string[]; command?: string }
  /** There are folders of fewer than two `classes`. */
  DATA_CLASSES_FEW: { classes: readonly string[] }
  /** There are more classes than a table holds: `most`. */
  DATA_CLASSES_MANY: { most: number }
  /** The header's words or the first line's numbers do not tell whether that line names the columns. */
  DATA_HEADER_UNCLEAR: Nothing
  /** There is a header and no row, or a submission without rows, or arrays without images. */
  DATA_ROWS_MISSING: Nothing
  /** A line `sep=` names a `separator` that no table has. */
  DATA_SEPARATOR_INVALID: { separator: string }
  /** Text that is not UTF-8. */
  DATA_ENCODING_INVALID: Nothing
  /** A line is longer than 64 MiB. */
  DATA_LINE_TOO_LONG: Nothing
  /** A cell holds what none may: a quote in it, a carriage return, or a NUL byte; as `byte`. */
  DATA_CELL_INVALID: { byte: number }
  /** A row has more or fewer cells than the first. */
  DATA_CELLS_COUNT: Nothing
  /** A cell of many pixels has more or fewer than the first one. */
  DATA_VALUES_COUNT: Nothing
  /** Two columns have the same name. */
  DATA_COLUMN_DUPLICATE: Nothing
  /** Columns are neither pixel, label nor id: their names as `columns`, their `places` from 0, and whether there may be a `label` or an `id` that nobody has named. */
  DATA_COLUMN_UNKNOWN: { columns: readonly string[]; places: readonly number[]; label: boolean; id: boolean }
  /** There is no column of a name that an option gives: its `name`, all that there are as `names`. */
  DATA_COLUMN_MISSING: { name: string; names: readonly string[] }
  /** There is no column in a place that an option gives: `place`, and how many `columns` there are. */
  DATA_COLUMN_OUTSIDE: { place: number; columns: number }
  /** No columns are named as pixels are: the first few names as `columns`. */
  DATA_PIXEL_NAMES: { columns: readonly string[] }
  /** Pixel columns are missing: `count` of them, the first few names as `columns`, and whether they are there and `named` as something else. */
  DATA_PIXEL_MISSING: { columns: readonly string[]; count: number; named: boolean }
  /** Two columns mean the same pixel: the one at fault, and the `other`. */
  DATA_PIXEL_DUPLICATE: { other: string }
  /** The colours have different numbers of columns: `counts`. */
  DATA_COLOURS_UNEQUAL: { counts: readonly number[] }
  /**
   * A pixel that is none: the largest value it may have as `max`, and as `kind` what it seems to be: a `fraction`, a value of a file with a brighter
   * `white`, a negative number or fraction of a table of `float`s, a name in a `header`, `empty`, or anything `other`.
   */
  DATA_PIXEL_INVALID: { max: number; kind: 'fraction' | 'white' | 'float' | 'header' | 'empty' | 'other' }
  /** The first or the last column may be the label, in a file without a header. */
  DATA_LABEL_UNCLEAR: Nothing
  /** A row has no label. */
  DATA_LABEL_EMPTY: Nothing
  /** A label is no whole number 0..65535, in a file that is read piece by piece without `classes`; or a number of an array that is not whole. */
  DATA_LABEL_INVALID: Nothing
  /** A label is none of the classes that were given: `label` and `classes`, and whether it is the name of a `folder`. */
  DATA_LABEL_UNKNOWN: { label: string; classes: readonly string[]; folder: boolean }
  /** Labels that IDX cannot hold: the number of `classes`, `expected`, `found`. */
  DATA_LABEL_UNWRITABLE: { classes: number }
  /** There are more or fewer labels than images: `rows`, and the `dims` of the labels. */
  DATA_LABELS_COUNT: { rows: number; dims: readonly number[] }
  /** Pictures without a label, or rows of a table of labels without a picture: their names as `pictures` and `rows`. */
  DATA_LABELS_UNMATCHED: { pictures: readonly string[]; rows: readonly string[] }
  /** A table of labels does not tell which of its `columns` names the pictures, and which is the label. */
  DATA_LABELS_COLUMNS: { columns: readonly string[] }
  /** A `name` in a table of labels may be several `pictures`, or has two `labels`. */
  DATA_LABELS_AMBIGUOUS: { name: string; pictures?: readonly string[]; labels?: readonly string[] }
  /** A row has no id. */
  DATA_ID_EMPTY: Nothing
  /** An id stands twice in a submission: `id`, and both rows as `rows`, from 0. */
  DATA_ID_DUPLICATE: { id: string; rows: readonly [number, number] }
  /** There are more or fewer `ids` than `rows` in a submission. */
  DATA_IDS_COUNT: { ids: number; rows: number }
  /** An unnamed first column (`place`) counts the rows at first and then does not, in a file that is read piece by piece: `row`, `expected`, `found`. */
  DATA_INDEX_BROKEN: { place: number }
  /** A submission has more than two columns: their names as `columns`. */
  DATA_SUBMISSION_COLUMNS: { columns: readonly string[] }
  /** A row of a submission (from 0) has a class that is none of so many `classes`: its number as `class`. */
  DATA_CLASS_OUTSIDE: { row: number; class: number; classes: number }
  /** A shape is not written as one. */
  DATA_SHAPE_INVALID: Nothing
  /** Pictures are to be read piece by piece, and nothing says their size and colours. */
  DATA_SHAPE_MISSING: Nothing
  /** Images may have one of several shapes: `pixels`, and the `candidates`, each a `shape` and its `roughness`, the smoothest first. */
  DATA_SHAPE_UNCLEAR: { pixels: number; candidates: readonly { shape: ImageShape; roughness: number }[] }
  /** No shape that images usually have makes so many pixels: `pixels`. */
  DATA_SHAPE_UNKNOWN: { pixels: number }
  /** Images have another shape than was asked for: `expected`, `found`, and of a CSV its columns of `pixels`, and whether the label may be taken for one: `unlabelled`. */
  DATA_SHAPE_OTHER: { pixels?: number; unlabelled?: boolean }
  /** What is read as IDX is none of unsigned bytes; whether it is `gzip`. */
  DATA_IDX_INVALID: { gzip: boolean }
  /** What is read as an array of NumPy is none. */
  DATA_ARRAY_INVALID: Nothing
  /** An array of elements that are no numbers: their `type` as NumPy writes it, or `object`. */
  DATA_ARRAY_TYPE: { type: string }
  /** An array, of IDX or NumPy, of other `dimensions` than images have. */
  DATA_ARRAY_DIMENSIONS: { dimensions: number }
  /** An npz has no array that is the images, or several that may be: the names of all as `arrays`, and the `part` that was wanted. */
  DATA_ARRAY_MISSING: { arrays: readonly string[]; part?: Part }
  /** A table made by hand is none: `subject`, `field`, `row` from 0, `expected`, `found`. */
  DATA_TABLE_INVALID: { subject: string; field: string; row?: number }
  /** No row can be held out: `rows`, the rows or folds `asked` for, and the number of different `pictures`. */
  DATA_SPLIT_IMPOSSIBLE: { rows: number; asked: number; pictures?: number }
  /** The texts of a column say no part of a data set: the first few as `values`. */
  DATA_SPLIT_UNKNOWN: { values: readonly string[] }
  /** A text would not be read back from a CSV as it is: `field`, and its `index` there. */
  DATA_TEXT_UNWRITABLE: { field: string; index: number }
  /** This JavaScript engine runs no WebAssembly with SIMD, or has no memory for it, and it was asked for. */
  DATA_PARSER_UNAVAILABLE: Nothing
}
