import Geometry
import LinearMath
import Scenes

/// Everything that stands in the way of light, as one tree, with what it throws back.
struct LightCaster: Sendable {
  /// A triangle in the way.
  struct Blocker: Sendable {
    /// Its surface, and the numbers of its corners there.
    let surface: Int
    let vertices: SIMD3<UInt32>
    /// The share of light that it throws back, and its own light.
    let albedo, emission: SIMD3<Float>
    let normal: SIMD3<Float>
  }

  private let tree: BVH
  private(set) var blockers: [Blocker] = []
  /// Where alpha decides whether a blocker is there: its surface and its triangle.
  private var masked: [(surface: Int, triangle: Int)?] = []
  private let scene: PreparedScene

  /// Nothing where nothing is in the way. Surfaces that light comes through are not.
  init?(_ scene: PreparedScene) throws {
    self.scene = scene
    var positions: [SIMD3<Float>] = []
    var triangles: [SIMD3<UInt32>] = []
    var first: UInt32 = 0
    for (number, surface) in scene.surfaces.enumerated() {
      positions += surface.mesh.positions
      defer { first += UInt32(surface.mesh.positions.count) }
      if surface.material.isBlended || surface.material.isTransmissive { continue }
      let isMasked = if case .mask = surface.material.source.alphaMode { true } else { false }
      for (index, triangle) in surface.mesh.triangles.enumerated() {
        triangles.append(triangle &+ first)
        let (a, b, c) = surface.mesh.corners(index)
        let middle = SurfacePoint(triangle: index, weights: [1.0 / 3, 1.0 / 3, 1.0 / 3])
        let color = scene.baseColor(of: surface, at: middle).xyz
        blockers.append(
          Blocker(
            surface: number, vertices: triangle,
            // With what shines at the surface of what is not metal.
            albedo: (color * 0.95 + 0.05).clamped(
              lowerBound: .zero, upperBound: SIMD3(repeating: 0.95)),
            emission: scene.emission(of: surface, at: middle),
            normal: (b - a).cross(c - a).normalized))
        masked.append(isMasked ? (number, index) : nil)
      }
    }
    if triangles.isEmpty { return nil }
    tree = BVH(try Mesh(positions: positions, triangles: triangles))
  }

  static let none = UInt32.max
  static let backBit: UInt32 = 1 << 31

  /// The number of the blocker that a ray meets first, with `backBit` where it meets its back; `none` for none.
  func blocker(from origin: SIMD3<Float>, along direction: SIMD3<Float>) -> UInt32 {
    var near: Float = 0
    for _ in 0..<16 {
      guard let hit = tree.firstHit(from: origin, along: direction, near: near) else { break }
      if let (surface, triangle) = masked[hit.triangle],
        isHole(scene.surfaces[surface], triangle, hit.weights)
      {
        near = hit.distance.nextUp + 1e-5
        continue
      }
      let isBack = blockers[hit.triangle].normal.dot(direction) > 0
      return UInt32(hit.triangle) | (isBack ? Self.backBit : 0)
    }
    return Self.none
  }

  private func isHole(
    _ surface: PreparedScene.Surface, _ triangle: Int, _ weights: SIMD2<Float>
  ) -> Bool {
    guard case .mask(let cutoff) = surface.material.source.alphaMode else { return false }
    let point = SurfacePoint(
      triangle: triangle, weights: [1 - weights.x - weights.y, weights.x, weights.y])
    return scene.baseColor(of: surface, at: point).w < cutoff
  }
}

extension PreparedScene {
  /// Linear emission: factor times texture times strength.
  fileprivate func emission(of surface: Surface, at point: SurfacePoint) -> SIMD3<Float> {
    let (mesh, material) = (surface.mesh, surface.material)
    var light = material.source.emissive * material.source.emissiveStrength
    if light != .zero, let map = material[.emissive] {
      let uv = mesh.interpolated(mesh.attributes.uvs[material.uvSets[map.channel]], at: point)
      light *= pictures[map.picture].nearest(map.transform.applied(to: uv)).xyz
    }
    // A small bright lamp is met by few rays, here and not there: it lights its neighbours as a dim one. In this
    // order what is no number becomes 0.
    for channel in 0..<3 { light[channel] = min(max(0, light[channel]), 2) }
    return light
  }
}
