import LinearMath
public import Work

/// A remeshed surface and what remeshing has to say about it.
public struct Remeshing: Sendable {
  public let mesh: Mesh
  /// The triangle of the input that each triangle was once part of.
  public let sources: [Int]
  /// The mean length of its edges.
  public let meanEdgeLength: Double
}

extension Mesh {
  /// The surface with new triangles: nearly equilateral, of nearly one size, six about nearly every vertex.
  ///
  /// Sharp edges, boundaries and edges that are not manifold stay as lines, and corners stay where they
  /// are. A surface that does not cut itself does not begin to: where the quick way made it, all is done
  /// again with the steps near such places looked at, at last with every step.
  ///
  /// Seams of texture coordinates and colours stay as lines too. The result has the attributes of this
  /// mesh but for tangents, taken from its surface.
  ///
  /// - Parameter groups: for each triangle the group it belongs to, a material say, whose edges stay as
  ///   lines; empty for one group.
  public func remeshed(
    _ settings: RemeshSettings, groups: [Int] = [], _ work: WorkContext
  ) throws -> Remeshing {
    try check(groups)
    try checkSize(settings)
    // Fourth powers of lengths are compared in single precision, which very large and very small ones leave. A power of
    // two changes no digit.
    var input = HalfedgeMesh(self, weld: Weld(positions))
    let unit = input.usualUnit
    input.scale(by: unit)
    var usual = settings
    usual.edgeLength = settings.edgeLength.map { $0 * Double(unit) }
    let result = try scaled(by: unit).remeshed(input, usual, groups: groups, work)
    return Remeshing(
      mesh: result.mesh.scaled(by: 1 / unit), sources: result.sources,
      meanEdgeLength: result.meanEdgeLength / Double(unit))
  }

  private func scaled(by factor: Float) -> Mesh {
    Mesh(
      unchecked: positions.map { $0 * factor }, triangles: triangles, attributes: attributes)
  }

  private func remeshed(
    _ surface: consuming HalfedgeMesh, _ settings: RemeshSettings, groups: [Int],
    _ work: WorkContext
  ) throws -> Remeshing {
    var input = surface
    input.markSeams(of: self, groups: groups)
    var remesher = try remeshed(input.copy(), settings, .nothing, work)
    var zones = try remesher.cutZones(work)
    if try !zones.isEmpty && !input.cutFaces(work).contains(true) {
      for _ in 0..<3 where zones.count <= IntersectionWatch.mostZones {
        remesher = try remeshed(input.copy(), settings, .zones(zones), work)
        let found = try remesher.cutZones(work)
        if found.isEmpty { break }
        zones += found
      }
      if try remesher.mesh.cutFaces(work).contains(true) {
        remesher = try remeshed(input.copy(), settings, .everything, work)
      }
    }
    let meanEdgeLength = remesher.mesh.meanEdgeLength
    let (mesh, sources) = try remesher.mesh.finish(as: self, input, work)
    return Remeshing(mesh: mesh, sources: sources, meanEdgeLength: meanEdgeLength)
  }

  /// The most triangles that are made.
  private static var mostTriangles: Double { 200e6 }

  /// Says so where an edge length asks for more triangles than any machine has room for.
  private func checkSize(_ settings: RemeshSettings) throws(MeshError) {
    let perTriangle = 3.0.squareRoot() / 4
    var wanted = settings.edgeLength.map { area / (perTriangle * $0 * $0) } ?? 0
    wanted = max(wanted, Double(settings.targetTriangles ?? 0))
    // Where the surface bends, edges may be a quarter as long; how much of it does is looked at where that matters.
    if settings.adaptive, wanted <= Self.mostTriangles, 16 * wanted > Self.mostTriangles {
      let length = (area / wanted / perTriangle).squareRoot()
      let tolerance = Float(settings.adaptiveTolerancePercent / 100) * bounds.diagonal
      let sizes = SizingField.triangleSizes(self, length: Float(length), tolerance: tolerance)
      wanted = zip(triangles.indices, sizes).reduce(0) { sum, place in
        let size = Double(place.1)
        return sum + areaNormal(place.0).length / 2 / (perTriangle * size * size)
      }
    }
    guard wanted > Self.mostTriangles else { return }
    throw MeshError(
      "too-many-triangles",
      "this would make more than \(Int(Self.mostTriangles / 1e6)) million triangles; "
        + "take longer edges, or fewer triangles", at: "size")
  }

  private func remeshed(
    _ surface: consuming HalfedgeMesh, _ settings: RemeshSettings, _ watch: RemeshWatch,
    _ work: WorkContext
  ) throws -> Remesher {
    var remesher = Remesher(surface, self, settings, watch)
    for iteration in 0..<settings.iterations {
      try work.checkCancelled()
      work.progress.update(Double(iteration) / Double(settings.iterations))
      let changing = iteration < settings.iterations - 2 || settings.iterations < 3
      try remesher.iterate(changingCounts: changing, work)
      remesher.adjustCorrection()
    }
    remesher.mesh.compact()
    return remesher
  }
}

extension Remesher {
  init(
    _ surface: consuming HalfedgeMesh, _ original: Mesh, _ settings: RemeshSettings,
    _ watch: RemeshWatch
  ) {
    self.watch = watch
    keepsBoundary = settings.keepBoundary
    cutEdges = surface.cutEdges
    if settings.keepBoundary { surface.lockBoundary() }
    lines = FeatureLines(&surface, angleDegrees: settings.featureAngleDegrees)
    places = lines.placeOfVertex
    let area = original.area
    let perTriangle = 0.75.squareRoot() / 2
    let edge =
      settings.edgeLength
      ?? settings.targetTriangles.map { (area / Double($0) / perTriangle).squareRoot() }
      ?? surface.meanEdgeLength
    length = Float(edge)
    wanted = area / (perTriangle * edge * edge)
    lastHit = [UInt32](repeating: 0, count: surface.positions.count)
    for slot in surface.origins.indices where slot & 3 != 3 {
      lastHit[surface.origins[slot].slot] = surface.sources[slot >> 2]
    }
    if settings.adaptive {
      let tolerance =
        Float(settings.adaptiveTolerancePercent / 100) * original.bounds.diagonal
      sizes = SizingField.triangleSizes(original, length: length, tolerance: tolerance)
    } else {
      sizes = []
    }
    self.original = original
    walk = SurfaceWalk(original, surface)
    tree = BVH(original, quick: true)
    mesh = surface
    if !sizes.isEmpty { vertexSizes = lastHit.map { sizes[Int($0)] } }
    assignRoles()
  }

  /// Where the surface cuts itself, with some edge lengths about it: where to look at steps.
  func cutZones(_ work: WorkContext) throws -> [Box] {
    let margin = SIMD3(repeating: 2 * length)
    return try mesh.cutZones(work).map {
      Box(minimum: $0.minimum - margin, maximum: $0.maximum + margin)
    }
  }

  /// Splitting above 4/3 and collapsing below 4/5 leaves edges a little shorter than wanted on average; the
  /// scale that makes the number of triangles right is found on the way.
  mutating func adjustCorrection() {
    if !sizes.isEmpty { return }
    let ratio = Float(Double(mesh.liveFaces) / wanted)
    correction = min(max(correction * ratio.squareRoot(), 0.87), 1.15)
  }
}

extension HalfedgeMesh {
  fileprivate mutating func lockBoundary() {
    for slot in origins.indices where slot & 3 != 3 && !twins[slot].exists {
      locked[origins[slot].slot] = true
      locked[target(Halfedge(UInt32(slot))).slot] = true
    }
  }

  var meanEdgeLength: Double {
    var sum = 0.0
    var count = 0
    for slot in origins.indices where slot & 3 != 3 {
      let halfedge = Halfedge(UInt32(slot))
      if twin(halfedge).index > halfedge.index {
        sum += Double(
          (positions[target(halfedge).slot] - positions[origin(halfedge).slot]).length)
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : 0
  }
}

extension HalfedgeMesh {
  /// The ends of an edge, lower one first.
  func ends(_ halfedge: Halfedge) -> SIMD2<UInt32> {
    let (a, b) = (origin(halfedge).index, target(halfedge).index)
    return SIMD2(min(a, b), max(a, b))
  }

  /// The ends of edges of which there are several copies.
  fileprivate var cutEdges: Set<SIMD2<UInt32>> {
    var ends: [SIMD2<UInt32>: SIMD2<UInt32>] = [:]
    var found: Set<SIMD2<UInt32>> = []
    for slot in origins.indices where slot & 3 != 3 && !twins[slot].exists {
      let own = self.ends(Halfedge(UInt32(truncatingIfNeeded: slot)))
      guard locked[Int(own.x)] && locked[Int(own.y)] else { continue }
      // Fans of one point are several vertices of that point.
      let (p, q) = (points[Int(own.x)], points[Int(own.y)])
      let place = SIMD2(min(p, q), max(p, q))
      if let other = ends.updateValue(own, forKey: place) { found.formUnion([own, other]) }
    }
    return found
  }
}
