const absent = new Set<unknown>(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'])

/**
 * What looking at, or reading, a path gives; undefined where there can be nothing by that name. What is there and cannot be read is not taken for missing: throws the
 * system's errors.
 */
export function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: NodeJS.ErrnoException) => {
    if (!absent.has(error.code)) throw error
    return undefined
  })
}
