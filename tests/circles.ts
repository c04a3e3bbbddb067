/** The sets of nodes that reach one another (Tarjan 1972): each of more than one node, or of one that reaches itself, holds a circle. */
export function circlesOf(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []

  const lower = (node: string, found: number) => lowest.set(node, Math.min(lowest.get(node)!, found))

  const visit = (node: string) => {
    order.set(node, order.size)
    lowest.set(node, order.get(node)!)
    stack.push(node)
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) {
        visit(next)
        lower(node, lowest.get(next)!)
      } else if (stack.includes(next)) lower(node, order.get(next)!)
    }
    if (lowest.get(node) !== order.get(node)) return
    const members = stack.splice(stack.indexOf(node))
    if (members.length > 1 || edges.get(node)?.includes(node)) circles.push(members.sort())
  }

  for (const node of edges.keys()) if (!order.has(node)) visit(node)
  return circles
}
