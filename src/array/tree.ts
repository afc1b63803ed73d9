/** Nested records and lists with values at the leaves: the parameters of a model, the state of an optimizer. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> }

/** The shape of tree `Of` with every array leaf replaced by `To`. */
export type MapTree<Of, From, To> = Of extends From ? To : { [K in keyof Of]: MapTree<Of[K], From, To> }

type IsLeaf<T> = (node: unknown) => node is T

/** Leaves by their dotted path (`blocks.0.mlp.up`), in the order of the keys. */
export function flattenTree<T>(tree: Tree<T>, isLeaf: IsLeaf<T>, prefix = ''): Map<string, T> {
  const leaves = new Map<string, T>()
  const visit = (node: Tree<T>, path: string) => {
    if (isLeaf(node)) {
      leaves.set(path, node)
      return
    }
    for (const [key, child] of Object.entries(node as Record<string, Tree<T>>)) {
      visit(child, path === '' ? key : `${path}.${key}`)
    }
  }
  visit(tree, prefix)
  return leaves
}

/** The same tree with every leaf replaced; `change` gets the leaf and its dotted path. */
export function mapTree<T, U, Of extends Tree<T>>(
  tree: Of,
  isLeaf: IsLeaf<T>,
  change: (leaf: T, path: string) => U,
  prefix = '',
): MapTree<Of, T, U> {
  if (isLeaf(tree)) return change(tree, prefix) as MapTree<Of, T, U>
  const visit = (child: Tree<T>, key: string) =>
    mapTree(child, isLeaf, change, prefix === '' ? key : `${prefix}.${key}`)
  if (Array.isArray(tree)) return tree.map((child, i) => visit(child, String(i))) as MapTree<Of, T, U>
  const entries = Object.entries(tree as Record<string, Tree<T>>)
  return Object.fromEntries(entries.map(([key, child]) => [key, visit(child, key)])) as MapTree<Of, T, U>
}
