public import Work

extension Mesh {
  /// The triangles of the parts that hang together over points, largest number of triangles first.
  package func connectedParts() -> [[Int]] {
    let points = Weld(positions).pointOfVertex
    var sets = UnionFind(count: positions.count)
    for t in triangles {
      sets.unite(Int(points[Int(t.x)]), Int(points[Int(t.y)]))
      sets.unite(Int(points[Int(t.y)]), Int(points[Int(t.z)]))
    }
    var members: [Int: [Int]] = [:]
    for (index, t) in triangles.enumerated() {
      members[sets.find(Int(points[Int(t.x)])), default: []].append(index)
    }
    return members.values.sorted {
      $0.count != $1.count ? $0.count > $1.count : $0[0] < $1[0]
    }
  }

  /// The parts that hang together over points, largest number of triangles first.
  func separated() -> [Mesh] { parts(connectedParts()) { _, _ in } }

  /// The solid without its cavities that have no way out: each is filled, with what floats in it.
  ///
  /// - Returns: the solid, for each triangle the one it is, and how many cavities were filled.
  public func withPocketsFilled(
    _ work: WorkContext = WorkContext()
  ) throws -> (mesh: Mesh, sources: [Int], filled: Int) {
    let all = connectedParts()
    let meshes = parts(all) { _, _ in }
    let volumes = meshes.map { $0.report().volume }
    let kept = zip(all, volumes).filter { $0.1 > 0 }.flatMap(\.0).sorted()
    let filled = volumes.count { $0 <= 0 }
    guard filled > 0 else { return (self, Array(triangles.indices), 0) }
    let outer = parts([kept]) { _, _ in }[0]
    // What floated in a cavity lies in the solid now, and repair takes away what is buried.
    let whole = try outer.repaired(RepairSettings(), work)
    return (whole.mesh, whole.sources.map { kept[$0] }, filled)
  }
}
