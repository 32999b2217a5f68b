import LinearMath
public import Work

/// A solid with a cavity.
public struct HollowedMesh: Sendable {
  public let mesh: Mesh
  /// For each triangle the input's triangle it is, lies in, or was put beside.
  public let sources: [Int]
  /// The thinnest place of the wall, in the mesh's unit, over vertices and samples of the inner surface.
  public internal(set) var leastWall: Double
  /// The distance from the wall asked for that 99 % of the inner surface keep, as a share of the wall.
  public internal(set) var wallError99: Double
  /// Cavities that were left.
  public internal(set) var cavities: Int
  /// Cavities without a way out.
  public internal(set) var trapped: Int
  /// Small cavities that were filled.
  public internal(set) var filled: Int
  /// The volume of the input and of the result, in cubic units of the mesh.
  public internal(set) var volumes: (before: Double, after: Double)
}

extension Mesh {
  /// Takes out the inside and leaves a wall. The outer surface comes back bit by bit, but for the rims of
  /// drain holes.
  ///
  /// The inner surface is where the exact distance from the outer one is the wall's thickness: found on a
  /// lattice, cut from tetrahedra, which keeps it closed and free of self-intersections, and moved until
  /// every vertex has that distance. Each cavity gets its drain holes at its lowest points; one that gets
  /// none, because none are wanted, counts as trapped, and a small one is filled instead.
  ///
  /// - Parameters:
  ///   - millimeter: how long a millimetre is in the mesh's unit.
  ///   - up: which way is up in print.
  /// - Throws: `MeshError` where the mesh is not the surface of a solid, or nowhere thick enough.
  public func hollowed(
    _ settings: HollowSettings, millimeter: Double = 1, up: SIMD3<Float> = [0, 0, 1],
    _ work: WorkContext = WorkContext()
  ) throws -> HollowedMesh {
    let solid = try solidReport(nil, work)
    guard solid.isPrintable else {
      throw MeshError(
        "not-a-solid", "it is not the closed surface of a solid; repair it first", at: "mesh")
    }
    let wall = Float(settings.wallMillimeters * millimeter)
    // A few points to a wall, fewer where the model is hundreds of walls wide: flat parts need none.
    let (span, thickness) = (Double(bounds.diagonal), Double(wall))
    let spacing = min(span / 133, max(thickness / 2.5, min(thickness * 0.8, span / 300)))
    guard Lattice.pointCount(around: bounds, spacing: spacing) < Lattice.mostPoints else {
      throw MeshError(
        "wall-too-thin",
        "a wall of \(settings.wallMillimeters) mm is too thin for a model of this size; the lattice would not fit into memory",
        at: "mesh")
    }
    let inner = try InnerShell(Soup(self), thickness: wall, spacing: spacing, work)
    let shell = try inner.surface(work)
    let least = solid.mesh.volume * settings.smallestCavityPercent / 100
    let all = shell.separated()
    let kept = all.filter { $0.report().volume >= least }
    guard !kept.isEmpty else {
      throw MeshError(
        "nowhere-thick",
        "the model is nowhere thick enough for a cavity within a wall of \(settings.wallMillimeters) mm",
        at: "mesh")
    }
    let cavities = kept.map { cavity in
      Mesh(
        unchecked: cavity.positions, triangles: cavity.triangles.map { SIMD3($0.x, $0.z, $0.y) },
        attributes: VertexAttributes())
    }
    let hollow = Mesh.merged([self] + cavities)
    let (mesh, sources) = try drained(hollow, kept, settings, millimeter, up, work)
    let errors = try inner.errors(of: Mesh.merged(kept), work)
    return HollowedMesh(
      mesh: mesh, sources: sources.map { $0 < triangles.count ? $0 : 0 },
      leastWall: errors.least * Double(wall), wallError99: errors.error99, cavities: kept.count,
      trapped: settings.drainHoles == 0 ? kept.count : 0, filled: all.count - kept.count,
      volumes: (solid.mesh.volume, mesh.report().volume))
  }

  private func drained(
    _ hollow: Mesh, _ cavities: [Mesh], _ settings: HollowSettings, _ millimeter: Double,
    _ up: SIMD3<Float>, _ work: WorkContext
  ) throws -> (Mesh, [Int]) {
    if settings.drainHoles == 0 { return (hollow, Array(hollow.triangles.indices)) }
    let holes = DrainHoles(
      radius: Float(settings.drainDiameterMillimeters * millimeter / 2), up: up.normalized)
    let outer = BVH(self)
    let wall = Float(settings.wallMillimeters * millimeter)
    var cutters: Mesh?
    for cavity in cavities {
      for place in holes.places(in: cavity, count: settings.drainHoles, wall: wall, outer) {
        let cylinder = holes.cylinder(at: place, wall: wall, outer)
        cutters = try cutters.map { try $0.boolean(.union, with: cylinder, work).mesh } ?? cylinder
      }
    }
    let result = try hollow.boolean(.difference, with: cutters!, work)
    return (result.mesh, result.sources)
  }
}
