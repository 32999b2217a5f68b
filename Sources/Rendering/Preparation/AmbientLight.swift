import Geometry
import LinearMath
import Work

/// What objects hide of the light around them, and what they throw back, at every vertex: worked out once for a
/// scene and its light, whatever the views (after Sloan, Kautz and Snyder, "Precomputed radiance transfer",
/// 2002, for one light).
struct AmbientLight: Sendable {
  /// What arrives at a vertex.
  struct Entry: Sendable {
    /// Irradiance as a share of what would arrive if nothing were in the way; more than 1 where a bright
    /// neighbour throws much back.
    var share = SIMD3<Float>(1, 1, 1)
    /// The mean light from directions that are hidden.
    var returned = SIMD3<Float>.zero
    /// How far directions are hidden: nine spherical-harmonic coefficients that carry the basis constants, in
    /// the order of `Environment.irradiance`. Mirrored at the surface, so that the horizon is no edge.
    var hidden = InlineArray<9, Float>(repeating: 0)

    /// Share, returned, hidden, and a zero.
    var packed: SIMD16<Float> {
      var all = SIMD16<Float>.zero
      for axis in 0..<3 { (all[axis], all[3 + axis]) = (share[axis], returned[axis]) }
      for index in 0..<9 { all[6 + index] = hidden[index] }
      return all
    }
  }

  /// The surfaces, finer where light changes, and what arrives at their vertices.
  let surfaces: [(mesh: Mesh, entries: [Entry])]

  /// Longer edges are halved beforehand, since light is only known at vertices; and then those at whose ends
  /// light differs much, down to a shorter length.
  private static let spacing: Float = 0.05
  private static let finestSpacing: Float = 0.016
  private static let bounces = 3
  /// Scenes of more vertices than this ask at some of them, this far apart.
  private static let densest = 250_000
  private static let gridSide: Float = 0.03

  /// Nothing where nothing is in the way.
  init?(_ scene: PreparedScene, _ environment: Environment, _ work: WorkContext) throws {
    let scene = scene.refined(edgesTo: Self.spacing, limit: 1_000_000)
    guard let caster = try LightCaster(scene) else { return nil }
    let vertices = scene.surfaces.reduce(0) { $0 + $1.mesh.positions.count }
    surfaces =
      vertices > Self.densest
      ? try Self.sparse(scene, environment, caster, work)
      : try Self.full(scene, environment, caster, work)
  }

  /// Light at every vertex, and at more where it changes.
  private static func full(
    _ scene: PreparedScene, _ environment: Environment, _ caster: LightCaster, _ work: WorkContext
  ) throws -> [(mesh: Mesh, entries: [Entry])] {
    var receivers = receivers(scene, scene.surfaces.map(\.mesh), environment)
    try look(&receivers, caster, work)
    for _ in 0..<2 {
      var edges: Set<LightEdge> = []
      for receiver in receivers {
        edges.formUnion(receiver.steepEdges(longerThan: finestSpacing))
      }
      if edges.isEmpty || edges.count > densest { break }
      for index in receivers.indices { receivers[index].halve(edges) }
      try look(&receivers, caster, work)
    }
    let entries = try entries(receivers, caster, work) { $0 }
    return zip(receivers, entries).map { ($0.mesh, healed($1, $0)) }
  }

  /// Light at vertices that stand for many, mixed for all.
  private static func sparse(
    _ scene: PreparedScene, _ environment: Environment, _ caster: LightCaster, _ work: WorkContext
  ) throws -> [(mesh: Mesh, entries: [Entry])] {
    let grids = scene.surfaces.map { LightGrid($0.mesh, side: gridSide) }
    let points = try zip(scene.surfaces, grids).map { surface, grid in
      try Mesh(
        positions: grid.samples.map { surface.mesh.positions[$0] }, triangles: [],
        attributes: VertexAttributes(
          normals: grid.samples.map { surface.mesh.attributes.normals[$0] }))
    }
    var receivers = receivers(scene, points, environment)
    try look(&receivers, caster, work)
    let entries = try entries(receivers, caster, work) { irradiance in
      zip(grids, irradiance).map { grid, known in grid.sampleOf.map { known[Int($0)] } }
    }
    return try scene.surfaces.enumerated().map { number, surface in
      let (mesh, grid, known) = (surface.mesh, grids[number], entries[number])
      let buried = receivers[number].buried
      var mixed = [Entry](repeating: Entry(), count: mesh.positions.count)
      try parallelFill(&mixed, chunk: 4096, work) { offset, piece in
        for index in 0..<piece.count {
          let vertex = offset + index
          let normal = mesh.attributes.normals[vertex].normalized
          var (sum, total) = (Entry.nothing, Float(0))
          grid.forEachSample(at: mesh.positions[vertex], normal) { sample, weight in
            if buried[sample] { return }
            sum.add(known[sample], weight)
            total += weight
          }
          guard total > 0 else {
            piece[index] = known[Int(grid.sampleOf[vertex])]
            continue
          }
          piece[index] = .nothing
          piece[index].add(sum, 1 / total)
        }
      }
      return (mesh, mixed)
    }
  }

  private static func receivers(
    _ scene: PreparedScene, _ meshes: [Mesh], _ environment: Environment
  ) -> [LightReceiver] {
    // Half of the directions go outwards. On a flat ground the shadows of single ones would show.
    let lobe = HemisphereRays(count: 128, environment)
    let fine = HemisphereRays(count: 1024, environment)
    return zip(scene.surfaces, meshes).map { surface, mesh in
      LightReceiver(mesh, surface.material.isShadow ? fine : lobe)
    }
  }

  /// What arrives at the receivers' vertices: light goes from what is lit to what sees it, again and again.
  ///
  /// - Parameter spread: from irradiance at the receivers' vertices to that at the blockers'.
  private static func entries(
    _ receivers: [LightReceiver], _ caster: LightCaster, _ work: WorkContext,
    _ spread: ([[SIMD3<Float>]]) -> [[SIMD3<Float>]]
  ) throws -> [[Entry]] {
    var irradiance = receivers.map { [SIMD3<Float>](repeating: .zero, count: $0.hidden.count) }
    for _ in 0...bounces {
      let before = spread(irradiance)
      irradiance = try receivers.map { receiver in
        try forEachVertex(receiver, SIMD3<Float>.zero, work) { vertex in
          receiver.lobe.irradiance(receiver.normal(vertex), receiver.met(vertex)) {
            caster.light(of: $0, before)
          }
        }
      }
    }
    let (known, around) = (irradiance, spread(irradiance))
    return try receivers.enumerated().map { number, receiver in
      try forEachVertex(receiver, Entry(), work) { vertex in
        receiver.lobe.entry(
          receiver.normal(vertex), receiver.met(vertex), irradiance: known[number][vertex]
        ) { caster.light(of: $0, around) }
      }
    }
  }

  private static func look(
    _ receivers: inout [LightReceiver], _ caster: LightCaster, _ work: WorkContext
  ) throws {
    for index in receivers.indices { try receivers[index].look(caster, work) }
  }

  private static func forEachVertex<Value: Sendable>(
    _ receiver: LightReceiver, _ start: Value, _ work: WorkContext,
    _ body: @Sendable (Int) -> Value
  ) throws -> [Value] {
    var values = [Value](repeating: start, count: receiver.hidden.count)
    try parallelFill(&values, chunk: 512, work) { offset, piece in
      for index in 0..<piece.count { piece[index] = body(offset + index) }
    }
    return values
  }

  /// Vertices that lie inside other objects take what their neighbours have, or darkness would creep out along
  /// the triangles.
  private static func healed(_ entries: [Entry], _ receiver: LightReceiver) -> [Entry] {
    var (entries, missing) = (entries, receiver.buried)
    for _ in 0..<4 where missing.contains(true) {
      var sums: [Int: (sum: Entry, count: Float)] = [:]
      for triangle in receiver.mesh.triangles {
        for corner in 0..<3 where missing[Int(triangle[corner])] {
          for other in 0..<3 where !missing[Int(triangle[other])] {
            let vertex = Int(triangle[corner])
            sums[vertex, default: (.nothing, 0)].sum.add(entries[Int(triangle[other])], 1)
            sums[vertex]!.count += 1
          }
        }
      }
      for (vertex, found) in sums {
        entries[vertex] = .nothing
        entries[vertex].add(found.sum, 1 / found.count)
        missing[vertex] = false
      }
    }
    return entries
  }
}

extension AmbientLight.Entry {
  fileprivate static var nothing: Self {
    var entry = Self()
    entry.share = .zero
    return entry
  }

  fileprivate mutating func add(_ other: Self, _ weight: Float) {
    share += other.share * weight
    returned += other.returned * weight
    for index in 0..<9 { hidden[index] += other.hidden[index] * weight }
  }
}

extension LightCaster {
  /// What a blocker sends out, where vertices have this irradiance over pi.
  fileprivate func light(of number: UInt32, _ irradiance: [[SIMD3<Float>]]) -> SIMD3<Float> {
    let blocker = blockers[Int(number & ~Self.backBit)]
    let (a, b, c) = (
      irradiance[blocker.surface][Int(blocker.vertices.x)],
      irradiance[blocker.surface][Int(blocker.vertices.y)],
      irradiance[blocker.surface][Int(blocker.vertices.z)]
    )
    return blocker.albedo * (a + b + c) / 3 + blocker.emission
  }
}
