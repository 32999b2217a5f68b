/// Disjoint sets with path halving and union by the smaller representative, so that a set's
/// representative is its smallest member whatever the order of unions.
public struct UnionFind {
  private var parent: [UInt32]

  public init(count: Int) { parent = (0..<UInt32(count)).map { $0 } }

  /// The representative of the set that holds `item`.
  public mutating func find(_ item: Int) -> Int {
    var node = item
    while parent[node] != node {
      parent[node] = parent[Int(parent[node])]
      node = Int(parent[node])
    }
    return node
  }

  public mutating func unite(_ first: Int, _ second: Int) {
    let (a, b) = (find(first), find(second))
    if a != b { parent[max(a, b)] = UInt32(min(a, b)) }
  }
}
