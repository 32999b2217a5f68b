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
  /// are. Unless `fast` is set, a surface that does not cut itself does not begin to, and one that does gets new
  /// cuts only where all else has become far more expensive.
  ///
  /// Texture coordinates and colours count beside the shape (see `AttributeStar`); seams are kept as
  /// long as that is cheap. The result has the attributes of this mesh but for tangents, taken from its
  /// surface.
  ///
  /// - Parameter groups: for each triangle the group it belongs to, a material say; faces of different
  ///   groups share edges, and the edges are kept like seams. Empty for one group.
  /// - Throws: `MeshError` where there are groups for another number of triangles.
  public func decimated(
    _ settings: DecimateSettings, groups: [Int] = [], _ work: WorkContext
  ) throws -> Decimation {
    try check(groups)
    var kernel = HalfedgeMesh(self, weld: Weld(positions))
    kernel.markSeams(of: self, groups: groups)
    kernel.measureAttributes(of: self)
    let unit = kernel.usualUnit
    kernel.scale(by: unit)
    if settings.boundary == .keep { kernel.lockBoundaries() }
    var goal = DecimationGoal()
    goal.triangles = settings.triangleGoal(of: self) ?? 0
    goal.vertices = settings.targetVertices ?? 0
    var decimator = Decimator(kernel.copy(), goal: goal, keepsVertices: settings.keepVertices)
    if let percent = settings.maxError {
      let limit = percent / 100 * Double(bounds.diagonal)
      try decimator.run(within: limit, of: self, unit: unit, guarding: !settings.fast, work)
    } else if settings.fast {
      try decimator.run(work)
    } else {
      try decimator.runGuarded(from: kernel, work)
    }
    decimator.mesh.scale(by: 1 / unit)
    kernel.scale(by: 1 / unit)
    let (mesh, sources) = try decimator.mesh.finish(
      as: self, kernel, isSubset: settings.keepVertices, work)
    return Decimation(mesh: mesh, sources: sources)
  }
}

extension Decimator {
  /// Collapses as long as the measured distance from the input stays within `limit`: every sweep is
  /// measured, one that went too far is taken back and a shorter one tried.
  mutating func run(
    within limit: Double, of input: Mesh, unit: Float, guarding: Bool, _ work: WorkContext
  ) throws {
    let asked = goal
    let watch = guarding ? IntersectionWatch(wasCut: try mesh.cutSources(work)) : nil
    while true {
      let before = mesh.copy()
      guard try sweep(guarding: watch, work) else { break }
      var surface = mesh.copy()
      surface.scale(by: 1 / unit)
      let result = surface.finish().mesh
      if try result.deviation(from: input, work).maximum <= limit { continue }
      let tried = mesh.liveFaces
      mesh = before.copy()
      // Half the way, until a step is less than one part in fifty.
      goal.triangles = max(asked.triangles, (mesh.liveFaces + tried) / 2)
      if mesh.liveFaces - goal.triangles < max(2, mesh.liveFaces / 50) { break }
    }
  }
}

extension Mesh {
  /// Whether groups are there for no triangle or for each.
  func check(_ groups: [Int]) throws(MeshError) {
    guard groups.isEmpty || groups.count == triangles.count else {
      throw MeshError(
        "unequal-count", "there are \(groups.count) entries for \(triangles.count) triangles",
        at: "groups")
    }
  }
}

extension HalfedgeMesh {
  /// The power of two that makes the mean edge about as long as 1. Quadrics take the twelfth power of
  /// lengths, for which `Float` has room only near there.
  var usualUnit: Float {
    let length = meanEdgeLength
    guard length > 0, length.isFinite else { return 1 }
    return Float(sign: .plus, exponent: -min(max(length.exponent, -120), 120), significand: 1)
  }

  /// Multiplies all lengths: exactly, by a power of two.
  mutating func scale(by factor: Float) {
    for slot in positions.indices { positions[slot] *= factor }
    for slot in corners.indices { corners[slot] *= factor }
  }

  /// Locks all vertices on the rim.
  fileprivate mutating func lockBoundaries() {
    for slot in positions.indices where isBoundary(Vertex(slot)) { locked[slot] = true }
  }
}
