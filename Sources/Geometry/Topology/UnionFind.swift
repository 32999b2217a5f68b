/// Disjoint sets with path halving and union by the smaller representative, so that a set's
/// representative is its smallest member whatever the order of unions.
struct UnionFind {
  private var parent: [UInt32]

  init(count: Int) { parent = (0..<UInt32(count)).map { $0 } }

  mutating func find(_ item: Int) -> Int {
    var node = item
    while parent[node] != node {
      parent[node] = parent[Int(parent[node])]
      node = Int(parent[node])
    }
    return node
  }

  mutating func unite(_ first: Int, _ second: Int) {
    let (a, b) = (find(first), find(second))
    if a != b { parent[max(a, b)] = UInt32(min(a, b)) }
  }
}
