import type { Node } from '@pixelrow/onnx'
import { unsupported } from '../../error.ts'
import { convForms } from './conv.ts'
import { elementwiseForms } from './elementwise.ts'
import type { Form } from './form.ts'
import { lossForms } from './loss.ts'
import { matrixForms } from './matrix.ts'
import { normForms } from './norm.ts'
import { poolForms } from './pool.ts'
import { shapeForms } from './shape.ts'

const forms: Readonly<Record<string, Form>> = {
  ...convForms,
  ...elementwiseForms,
  ...lossForms,
  ...matrixForms,
  ...normForms,
  ...poolForms,
  ...shapeForms,
}

/** The form of a node's operator; throws for one that has none, naming the node. */
export function formOf({ domain, opType, name }: Pick<Node, 'domain' | 'opType' | 'name'>): Form {
  const key = domain ? `${domain}:${opType}` : opType
  const form = forms[key]
  if (!form)
    throw unsupported(`The engine tfjs has no form for operator ${key} (node ${name}).`, { operator: key, node: name })
  return form
}
