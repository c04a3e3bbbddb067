/** What went wrong in the command itself; errors of the packages beneath keep their own codes. */
export type CliErrorCode =
  /** The parser cannot make out a call: what it calls that, as `complaint`. */
  | 'CLI_USAGE'
  /** An error that nobody here has thought of: its `name`, and the system's or its library's code as `reason`. */
  | 'CLI_UNEXPECTED'
  /** The operating system does not let a `file` be read or written: its `reason`, such as `ENOENT`. */
  | 'CLI_FILE'
  /** Standard output cannot be written, so that the result is not there: the system's `reason`, such as `ENOSPC`. */
  | 'CLI_STDOUT'
  /** There is no such `command`. */
  | 'CLI_COMMAND_UNKNOWN'
  /** A flag has a value that it cannot have: `flag`, `expected`, `found`. */
  | 'CLI_FLAG_INVALID'
  /** Two flags exclude each other: `flag`, `other`. */
  | 'CLI_FLAG_CONFLICT'
  /** A flag would be passed over: `flag`, and the `command`, or the `file` of another kind; what it would need as `needed`. */
  | 'CLI_FLAG_UNUSED'
  /** A flag says something else than the model was trained with: `flag`, `expected`, `found`. */
  | 'CLI_FLAG_OTHER'
  /** A flag names a column by its place where only a name will do: `flag`, `place`. */
  | 'CLI_COLUMN_PLACE'
  /** The model stands where the table belongs. */
  | 'CLI_ARGUMENTS_SWAPPED'
  /** An upload needs a yes, and there is no terminal to ask at: `what` would be done. */
  | 'CLI_CONSENT_MISSING'
  /** Standard input is named beside files. */
  | 'CLI_STDIN_ALONE'
  /** Standard input is named for a table, and it is a terminal: nothing is piped in. */
  | 'CLI_STDIN_TERMINAL'
  /** Standard input is named for two tables at once. */
  | 'CLI_STDIN_TWICE'
  /** A `command` takes a file and no standard input. */
  | 'CLI_STDIN_REFUSED'
  /** A pattern has a sign in the folder's name: `pattern`. */
  | 'CLI_PATTERN_INVALID'
  /** No files are as a `pattern` says. */
  | 'CLI_FILES_MISSING'
  /** No place is named for what a `command` makes; how many `files` it would be made of, where a folder is wanted. */
  | 'CLI_OUTPUT_MISSING'
  /** Two results would be written to one `path`. */
  | 'CLI_OUTPUT_TWICE'
  /** What would be written over is read here: `path`, `input`. */
  | 'CLI_OUTPUT_READ'
  /** A folder is wanted, and `path` is a file. */
  | 'CLI_OUTPUT_KIND'
  /** A file is there, and may be replaced with --overwrite alone. */
  | 'CLI_OVERWRITE'
  /** A folder holds files of the same names that nothing of ours left there: `path`, `names`. */
  | 'CLI_FOLDER_TAKEN'
  /** Files have no answers made from them by this model with these flags: of how many `files`, and `lacking`, each `input` with its `output` and how it stands. */
  | 'CLI_ANSWERS_MISSING'
  /** A `file` was written to while it was read. */
  | 'CLI_INPUT_CHANGED'
  /** None of the `devices` runs a model: its `name`. */
  | 'CLI_DEVICE_UNAVAILABLE'
  /** An interrupted training waits in a folder: `path`. */
  | 'CLI_TRAINING_WAITING'
  /** With --continue: a folder holds another training, or what it gave: `path`, and what differs as `differences`. */
  | 'CLI_TRAINING_OTHER'
  /** There is no interrupted training at a `path`, but this, as `reason`: `absent`, a `file`, a `finished` run, or an `other` folder. */
  | 'CLI_TRAINING_MISSING'
  /** What an interrupted training left cannot be read: `file`; `missing`, `cut` or `damaged` as `reason`; for a checkpoint the bytes `expected` and `found`. */
  | 'CLI_TRAINING_DAMAGED'
  /** An interrupted training was begun by another version, of its file's `format` or of a package: `path`, `name`, `expected`, `found`. */
  | 'CLI_TRAINING_VERSION'
  /** An interrupted training began with other rows: `path`, `file`, `difference`. */
  | 'CLI_TRAINING_ROWS'
  /** A run.json is not the record of a run: its `file`, and what was `found`. */
  | 'CLI_RECORD_INVALID'
  /** No run folder can be made here: `path`, `reason`. */
  | 'CLI_RUNS_UNWRITABLE'
  /** A file was read back and is not as it was written: `place`, `expected`, `found`. */
  | 'CLI_WRITTEN_WRONG'
  /** There is no such model: `file`; whether it is a run folder whose training `isInterrupted`. */
  | 'CLI_MODEL_MISSING'
  /** A model cannot be read: `file`, `reason`, and the byte's `offset` where it is known. */
  | 'CLI_MODEL_DAMAGED'
  /** onnxruntime cannot use a model: `file`, `reason`. */
  | 'CLI_MODEL_UNUSABLE'
  /** A `file` is no model of a kind that the command reads. */
  | 'CLI_MODEL_KIND'
  /** A model as int8 takes its ranges from rows, and none are named: `file`. */
  | 'CLI_ROWS_MISSING'
  /** The weights of a model lie in another file, which is not there: `file`, `weights`, `place`. */
  | 'CLI_WEIGHTS_MISSING'
  /** A member of an ensemble cannot be read. */
  | 'CLI_MEMBER_UNREADABLE'
  /** An exported model disagrees with the trained weights: `rows`, how many `changed`, `maxDifference`, `tolerance`. */
  | 'CLI_EXPORT_DIFFERS'
  /** There is no folder or zip at a `path`. */
  | 'CLI_DATA_MISSING'
  /** At a `path` lies neither a folder nor a zip. */
  | 'CLI_DATA_KIND'
  /** A folder or zip lacks a table: `path`, `missing`, `found`. */
  | 'CLI_TABLE_MISSING'
  /** A folder or zip holds several data sets: `path`, and of each the names as `pairs`. */
  | 'CLI_TABLES_SEVERAL'
  /** No row of a table has the text, or is of the part, that is asked for: `file`, `column`, and `value` with the `values`, or `part` with the `parts`, that there are. */
  | 'CLI_ROWS_NONE'
  /** There is no table to test on. */
  | 'CLI_TEST_MISSING'
  /** A table has no labels: `file`. */
  | 'CLI_LABELS_MISSING'
  /** A table has one class: `file`, `class`. */
  | 'CLI_CLASSES_FEW'
  /** Images are of another size than is wanted: `file`, `expected`, `found`. */
  | 'CLI_SHAPE_OTHER'
  /** Rows may be read in several ways: `file`, `pixels`, `candidates` with their flags. */
  | 'CLI_SHAPE_UNCLEAR'
  /** Values lie above what the model was trained on: `file`, `expected`, `found`. */
  | 'CLI_VALUES_ABOVE'
  /** Values are floats, which the format of the file does not hold: `file`. */
  | 'CLI_VALUES_FLOATS'
  /** Pictures are given to a model that was trained on other values: `file`, `maxValue`. */
  | 'CLI_PICTURES_UNFIT'
  /** No rows can be kept to validate on: `rows`, and `pictures`, `classes` or the `share` asked for. */
  | 'CLI_VALIDATION_IMPOSSIBLE'
  /** A batch has more rows than there are: `batchSize`, `rows`. */
  | 'CLI_BATCH_TOO_LARGE'
  /** The embedded digits cannot be read: `path`, `reason`. */
  | 'CLI_DIGITS_DAMAGED'
  /** The embedded digits cannot be written to the cache: `path`, `reason`. */
  | 'CLI_DIGITS_UNWRITABLE'
  /** A sample does not belong to a table: the numbers of rows of both. */
  | 'CLI_SAMPLE_ROWS'
  /** A sample wants a probability for each class: `file`, `id`, `columns`. */
  | 'CLI_SAMPLE_PROBABILITIES'
  /** A sample has other columns than the model has classes: `file`, `columns`, `classes`, `lacking`, `other`. */
  | 'CLI_SAMPLE_CLASSES'
  /** An id of the sample is not in the table: `id`, `row`. */
  | 'CLI_ID_MISSING'
  /** An id stands twice: `file`, `id`, `row`. */
  | 'CLI_ID_DUPLICATE'
  /** A folder at a `path` holds no submission. */
  | 'CLI_SUBMISSION_MISSING'
  /** A submission is not what it should be: `file`, `row`, `expected`, `found`, `rows`. */
  | 'CLI_SUBMISSION_WRONG'
  /** A submission says the right thing in a form that Kaggle does not take: `file`, and what is wrong with the form as `faults`. */
  | 'CLI_SUBMISSION_FORM'
  /** A submission predicts the embedded digits: `file`, where there is one. */
  | 'CLI_SUBMISSION_EMBEDDED'
  /** No token was typed or piped in: the `source` that was read. */
  | 'CLI_TOKEN_MISSING'
  /** A competition takes no submissions: `competition`, and whether from `notebooks` only. */
  | 'CLI_COMPETITION_CLOSED'
  /** No submissions to a competition are left: `competition`, `usedToday`. */
  | 'CLI_SUBMISSIONS_USED'
  /** The page of the playground is not built in this clone. */
  | 'CLI_PAGE_MISSING'
  /** A `port` is taken, or not for every user: the `reason`. */
  | 'CLI_PORT_UNAVAILABLE'
