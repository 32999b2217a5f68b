import Geometry
import Glibc
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

  /// Of each surface of the scene its vertices.
  let entries: [[Entry]]

  /// Longer edges are halved beforehand, since light is only known at vertices.
  static let spacing: Float = 0.04
  private static let bounces = 3

  init(_ scene: PreparedScene, _ environment: Environment, _ work: WorkContext) throws {
    let positions = scene.surfaces.flatMap(\.mesh.positions)
    let normals = scene.surfaces.flatMap { $0.mesh.attributes.normals.map(\.normalized) }
    guard let caster = try LightCaster(scene) else {
      entries = scene.surfaces.map { Array(repeating: Entry(), count: $0.mesh.positions.count) }
      return
    }
    // Some 32 million rays at most.
    let rays = min(64, max(16, 32_000_000 / positions.count))
    let lobe = HemisphereRays(count: rays, environment)

    let met = try caster.met(by: lobe, positions, normals, work)

    // Light goes from what is lit to what sees it, again and again.
    var irradiance = [SIMD3<Float>](repeating: .zero, count: positions.count)
    for _ in 0...Self.bounces {
      let before = irradiance
      try parallelFill(&irradiance, chunk: 1024, work) { offset, piece in
        for index in 0..<piece.count {
          let vertex = offset + index
          piece[index] = lobe.irradiance(
            normals[vertex], met[rays * vertex..<rays * (vertex + 1)]
          ) { caster.light(of: $0, before) }
        }
      }
    }
    var flat = [Entry](repeating: Entry(), count: positions.count)
    let known = irradiance
    try parallelFill(&flat, chunk: 1024, work) { offset, piece in
      for index in 0..<piece.count {
        let vertex = offset + index
        piece[index] = lobe.entry(
          normals[vertex], met[rays * vertex..<rays * (vertex + 1)], irradiance: known[vertex]
        ) { caster.light(of: $0, known) }
      }
    }
    let buried = positions.indices.map { vertex in
      met[rays * vertex..<rays * (vertex + 1)].count {
        $0 != LightCaster.none && $0 & LightCaster.backBit != 0
      } > rays * 7 / 10
    }
    entries = Self.split(flat, buried, scene)
  }

  /// Surface by surface. Vertices that lie inside other objects take what their neighbours have, or darkness
  /// would creep out along the triangles.
  private static func split(
    _ flat: [Entry], _ buried: [Bool], _ scene: PreparedScene
  ) -> [[Entry]] {
    var first = 0
    return scene.surfaces.map { surface in
      let range = first..<first + surface.mesh.positions.count
      first = range.upperBound
      var entries = Array(flat[range])
      var missing = Array(buried[range])
      for _ in 0..<4 where missing.contains(true) {
        var (sums, counts) = ([Int: Entry](), [Int: Float]())
        for triangle in surface.mesh.triangles {
          for corner in 0..<3 where missing[Int(triangle[corner])] {
            for other in 0..<3 where !missing[Int(triangle[other])] {
              let vertex = Int(triangle[corner])
              sums[vertex, default: .nothing].add(entries[Int(triangle[other])], 1)
              counts[vertex, default: 0] += 1
            }
          }
        }
        for (vertex, sum) in sums {
          entries[vertex] = .nothing
          entries[vertex].add(sum, 1 / counts[vertex]!)
          missing[vertex] = false
        }
      }
      return entries
    }
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
  /// What a blocker sends out, where its corners have this irradiance over pi.
  fileprivate func light(of number: UInt32, _ irradiance: [SIMD3<Float>]) -> SIMD3<Float> {
    let blocker = blockers[Int(number & ~Self.backBit)]
    let (a, b, c) = (
      irradiance[Int(blocker.vertices.x)], irradiance[Int(blocker.vertices.y)],
      irradiance[Int(blocker.vertices.z)]
    )
    return blocker.albedo * (a + b + c) / 3 + blocker.emission
  }
}

extension LightCaster {
  /// What the rays of each vertex meet, one vertex after another.
  fileprivate func met(
    by lobe: HemisphereRays, _ positions: [SIMD3<Float>], _ normals: [SIMD3<Float>],
    _ work: WorkContext
  ) throws -> [UInt32] {
    let rays = lobe.count
    var met = [UInt32](repeating: Self.none, count: rays * positions.count)
    try parallelFill(&met, chunk: rays * 256, work) { offset, piece in
      for start in stride(from: 0, to: piece.count, by: rays) {
        let vertex = (offset + start) / rays
        let origin = positions[vertex] + normals[vertex] * 1e-3
        for ray in 0..<rays {
          piece[start + ray] = blocker(
            from: origin, along: lobe.direction(ray, normals[vertex]))
        }
      }
    }
    return met
  }
}

/// The rays that a vertex sends out: the same directions for all, turned over where they would go inwards, so that
/// neighbours see alike.
private struct HemisphereRays: Sendable {
  private let directions: [SIMD3<Float>]
  private let light: CubeMap

  var count: Int { directions.count }

  init(count: Int, _ environment: Environment) {
    directions = (0..<count).map { index in
      let height = 1 - 2 * (Float(index) + 0.5) / Float(count)
      let radius = max(0, 1 - height * height).squareRoot()
      let turn = Float(index) * .pi * (3 - Float(5).squareRoot())
      return SIMD3(radius * cos(turn), height, radius * sin(turn))
    }
    light = environment.coarse
  }

  @inline(__always)
  func direction(_ ray: Int, _ normal: SIMD3<Float>) -> SIMD3<Float> {
    let direction = directions[ray]
    return direction - normal * min(0, 2 * direction.dot(normal))
  }

  /// Irradiance over pi.
  @inline(__always)
  func irradiance(
    _ normal: SIMD3<Float>, _ met: ArraySlice<UInt32>, _ lightOf: (UInt32) -> SIMD3<Float>
  ) -> SIMD3<Float> {
    var (sum, weight) = (SIMD3<Float>.zero, Float(0))
    for (ray, blocker) in met.enumerated() {
      let direction = direction(ray, normal)
      let cosine = direction.dot(normal)
      sum += cosine * (blocker == LightCaster.none ? light.sample(direction).xyz : lightOf(blocker))
      weight += cosine
    }
    return sum / max(weight, 1e-6)
  }

  func entry(
    _ normal: SIMD3<Float>, _ met: ArraySlice<UInt32>, irradiance: SIMD3<Float>,
    _ lightOf: (UInt32) -> SIMD3<Float>
  ) -> AmbientLight.Entry {
    var entry = AmbientLight.Entry()
    var (open, weight) = (SIMD3<Float>.zero, Float(0))
    var (returned, blocked) = (SIMD3<Float>.zero, Float(0))
    for (ray, blocker) in met.enumerated() {
      let direction = direction(ray, normal)
      let cosine = direction.dot(normal)
      open += cosine * light.sample(direction).xyz
      weight += cosine
      if blocker == LightCaster.none { continue }
      returned += lightOf(blocker)
      blocked += 1
      for way in [direction, direction - normal * (2 * cosine)] {
        let basis = SphericalHarmonics.basis(way)
        for index in 0..<9 { entry.hidden[index] += basis[index] }
      }
    }
    if blocked == 0 { return entry }
    entry.returned = returned / blocked
    // Over the whole sphere; the constants once for the sum and once for where it is read.
    let share = 4 * Float.pi / Float(2 * met.count)
    for index in 0..<9 { entry.hidden[index] *= share * SphericalHarmonics.constants[index] }
    open /= max(weight, 1e-6)
    for channel in 0..<3 {
      entry.share[channel] = min(irradiance[channel] / max(open[channel], 1e-6), 4)
    }
    return entry
  }
}
