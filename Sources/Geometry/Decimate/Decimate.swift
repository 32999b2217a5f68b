import LinearMath
public import Work

/// A decimated mesh and what decimation has to say about it.
public struct Decimation: Sendable {
  public let mesh: Mesh
  /// The triangle of the input that each triangle was once part of.
  public let sources: [Int]
}

extension Mesh {
  /// The mesh with fewer triangles, as close to its old self as their number allows.
  ///
  /// Sweeps of edge collapses by memoryless quadric error (see `Quadric`). How the surface is connected
  /// never changes: a closed surface stays closed, a manifold stays one, holes and handles stay; where
  /// that forbids the target, the result has more triangles. Places that are not manifold stay as they
  /// are. Unless `fast` is set, triangles that do not cut others do not begin to.
  public func decimated(_ settings: DecimateSettings, _ work: WorkContext) throws -> Decimation {
    var kernel = HalfedgeMesh(self, weld: Weld(positions))
    if settings.boundary == .keep { kernel.lockBoundaries() }
    var goal = DecimationGoal()
    goal.triangles = settings.triangleGoal(of: self) ?? 0
    goal.vertices = settings.targetVertices ?? 0
    var decimator = Decimator(kernel.copy(), goal: goal, keepsVertices: settings.keepVertices)
    if let percent = settings.maxError {
      let limit = percent / 100 * Double(bounds.diagonal)
      try decimator.run(within: limit, of: self, guarding: !settings.fast, work)
    } else if settings.fast {
      try decimator.run(work)
    } else {
      try decimator.runGuarded(from: kernel, work)
    }
    let (mesh, sources) = decimator.mesh.finish()
    return Decimation(mesh: mesh, sources: sources)
  }
}

extension Decimator {
  /// Collapses as long as the measured distance from the input stays within `limit`: every sweep is
  /// measured, one that went too far is taken back and a shorter one tried.
  mutating func run(
    within limit: Double, of input: Mesh, guarding: Bool, _ work: WorkContext
  ) throws {
    let asked = goal
    let wasCut = guarding ? try mesh.cutSources(work) : nil
    while true {
      let before = mesh.copy()
      guard try sweep(guarding: wasCut, work) else { break }
      let result = mesh.copy().finish().mesh
      if try result.deviation(from: input, work).maximum <= limit { continue }
      let tried = mesh.liveFaces
      mesh = before.copy()
      // Half the way, until a step is less than one part in fifty.
      goal.triangles = max(asked.triangles, (mesh.liveFaces + tried) / 2)
      if mesh.liveFaces - goal.triangles < max(2, mesh.liveFaces / 50) { break }
    }
  }

  /// Collapses without looking, then looks: where the result cuts itself and the input does not, goes
  /// back to an earlier state that does not and from there on looks at every step. Looking is what costs,
  /// and few surfaces need it.
  mutating func runGuarded(from input: borrowing HalfedgeMesh, _ work: WorkContext) throws {
    var earlier = input.copy()
    var isEarly = true
    while true {
      if isEarly && mesh.liveFaces <= 6 * goal.triangles {
        mesh.compact()
        earlier = mesh.copy()
        isEarly = false
      }
      guard try sweep(work) else { break }
    }
    guard try mesh.cutFaces(work).contains(true) else { return }
    if !isEarly, try !earlier.cutFaces(work).contains(true) {
      mesh = earlier
      return try run(guarding: [], work)
    }
    mesh = input.copy()
    try run(guarding: try input.cutSources(work), work)
  }
}

extension HalfedgeMesh {
  /// Locks all vertices on the rim.
  mutating func lockBoundaries() {
    for slot in positions.indices where isBoundary(Vertex(slot)) { locked[slot] = true }
  }

  /// Which triangles of the input, by their number, cut others in this surface; empty for none.
  func cutSources(_ work: WorkContext) throws -> [Bool] {
    let cut = try cutFaces(work)
    guard cut.contains(true) else { return [] }
    var wasCut = [Bool](repeating: false, count: Int(sources.max() ?? 0) + 1)
    let alive = (0..<faceSlots).filter { isAlive(Face($0)) }
    for (face, isCut) in zip(alive, cut) where isCut { wasCut[Int(sources[face])] = true }
    return wasCut
  }

  /// Which of the living faces, in order, meet others beyond what they share.
  func cutFaces(_ work: WorkContext) throws -> [Bool] {
    var triangles: [SIMD3<UInt32>] = []
    triangles.reserveCapacity(liveFaces)
    for face in 0..<faceSlots where isAlive(Face(face)) { triangles.append(vertices(Face(face))) }
    let tree = BVH(positions: positions, triangles: triangles, quick: true)
    let names = locked.contains(true) ? positions.indices.map { name(Vertex($0)) } : []
    return try Mesh.intersecting(triangles, positions, names: names, tree, work)
  }
}
