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

  /// Nothing where nothing is in the way.
  init?(_ scene: PreparedScene, _ environment: Environment, _ work: WorkContext) throws {
    let scene = scene.refined(edgesTo: Self.spacing, limit: 1_000_000)
    guard let caster = try LightCaster(scene) else { return nil }
    // Half of the directions go outwards: some 32 million rays before it gets finer.
    let vertices = scene.surfaces.reduce(0) { $0 + $1.mesh.positions.count }
    let lobe = HemisphereRays(count: min(128, max(32, 64_000_000 / vertices)), environment)
    // On a flat ground the shadows of single directions would show.
    let fine = HemisphereRays(count: 1024, environment)
    var receivers = scene.surfaces.map {
      LightReceiver($0.mesh, $0.material.isShadow ? fine : lobe)
    }
    try Self.look(&receivers, caster, work)
    for _ in 0..<2 {
      var edges: Set<LightEdge> = []
      for (surface, receiver) in zip(scene.surfaces, receivers) where !surface.material.isShadow {
        edges.formUnion(receiver.steepEdges(longerThan: Self.finestSpacing))
      }
      if edges.isEmpty || edges.count > vertices { break }
      for index in receivers.indices { receivers[index].halve(edges) }
      try Self.look(&receivers, caster, work)
    }

    // Light goes from what is lit to what sees it, again and again.
    var irradiance = receivers.map { [SIMD3<Float>](repeating: .zero, count: $0.hidden.count) }
    for _ in 0...Self.bounces {
      let before = irradiance
      irradiance = try receivers.map { receiver in
        try Self.forEachVertex(receiver, SIMD3<Float>.zero, work) { vertex in
          receiver.lobe.irradiance(receiver.normal(vertex), receiver.met(vertex)) {
            caster.light(of: $0, before)
          }
        }
      }
    }
    let known = irradiance
    surfaces = try receivers.enumerated().map { number, receiver in
      let entries = try Self.forEachVertex(receiver, Entry(), work) { vertex in
        receiver.lobe.entry(
          receiver.normal(vertex), receiver.met(vertex), irradiance: known[number][vertex]
        ) { caster.light(of: $0, known) }
      }
      return (receiver.mesh, Self.healed(entries, receiver))
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
