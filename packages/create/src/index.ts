export {
  type Created,
  type CreateOptions,
  create,
  type PackageManager,
  packageManagers,
} from './create.ts'
export { CreateError, type CreateErrorCode } from './error.ts'
export { type Template, templates } from './starters.ts'
