import Geometry
import LinearMath
import Views

/// What of a scene a camera has before it, as triangles on the screen.
struct ScreenGeometry {
  /// Opaque and masked ones, surface after surface.
  private(set) var solid: [ScreenTriangle] = []
  private(set) var blended: [ScreenTriangle] = []

  private let lens: Intrinsics
  /// From world coordinates to pixels times depth, and depth.
  let columns: (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>)
  /// Nothing nearer is drawn.
  private let near: Float

  /// Corners further out than this are clipped, so that the grid they are rounded to is exact.
  private static let farthest: Float = 16_384

  /// - Parameter onlyOpaque: leave out what is blended or lets light through.
  init(
    _ scene: SoftwareScene, _ camera: Camera, cullBackFaces: Bool, onlyOpaque: Bool = false
  ) {
    let lens = camera.intrinsics
    self.lens = lens
    let cameraFromWorld = camera.worldFromCamera.rigidInverse
    // depth = -z; pixel * depth = focal * x + center * depth, and likewise down the screen.
    let rows = cameraFromWorld.rows
    func column(_ index: Int) -> SIMD4<Float> {
      let depth = -rows[2][index]
      return SIMD4(
        Float(lens.focalX * rows[0][index] + lens.centerX * depth),
        Float(-lens.focalY * rows[1][index] + lens.centerY * depth), Float(depth), 0)
    }
    columns = (column(0), column(1), column(2), column(3))
    let distance = camera.eye.length
    let hasGround = scene.surfaces.contains { $0.material.isShadow }
    let reach = hasGround ? GroundShadow.reach : 1.01
    near = Float(max(distance - reach, (distance + reach) * 1e-3))
    var corners: [SIMD4<Float>] = []
    var (solid, blended): ([ScreenTriangle], [ScreenTriangle]) = ([], [])
    solid.reserveCapacity(scene.solidTriangles)
    for (number, surface) in scene.surfaces.enumerated() {
      if onlyOpaque && (surface.material.isBlended || surface.material.isTransmissive) { continue }
      corners.removeAll(keepingCapacity: true)
      for position in surface.positions { corners.append(projected(position)) }
      let culls =
        cullBackFaces && !surface.material.factors.isDoubleSided || surface.material.isShadow
      if surface.material.isBlended {
        add(surface, number, corners, culls: culls, to: &blended)
      } else {
        add(surface, number, corners, culls: culls, to: &solid)
      }
    }
    (self.solid, self.blended) = (solid, blended)
  }

  /// Pixels on the grid, nearness, and depth where a corner can be used as it is; else a nearness of 0.
  @inline(__always)
  private func projected(_ position: SIMD3<Float>) -> SIMD4<Float> {
    let point = homogeneous(position)
    let nearness = 1 / point.z
    let place = Self.onGrid(SIMD2(point.x, point.y) * nearness)
    let isUsable =
      point.z >= near && abs(place.x) <= Self.farthest && abs(place.y) <= Self.farthest
    return SIMD4(place.x, place.y, isUsable ? nearness : 0, point.z)
  }

  @inline(__always)
  private func homogeneous(_ position: SIMD3<Float>) -> SIMD4<Float> {
    let first: SIMD4<Float> = columns.0 * position.x + columns.1 * position.y
    let second: SIMD4<Float> = columns.2 * position.z + columns.3
    return first + second
  }

  @inline(__always)
  private static func onGrid(_ place: SIMD2<Float>) -> SIMD2<Float> {
    (place * 256).rounded(.toNearestOrEven) / 256
  }

  private func add(
    _ surface: SoftwareScene.Surface, _ number: Int, _ corners: [SIMD4<Float>], culls: Bool,
    to triangles: inout [ScreenTriangle]
  ) {
    for t in surface.triangles {
      let (a, b, c) = (corners[Int(t.x)], corners[Int(t.y)], corners[Int(t.z)])
      if a.z > 0 && b.z > 0 && c.z > 0 {
        append(
          ScreenCorner(place: a.lowHalf, nearness: a.z, weights: .zero),
          ScreenCorner(place: b.lowHalf, nearness: b.z, weights: [1, 0]),
          ScreenCorner(place: c.lowHalf, nearness: c.z, weights: [0, 1]), t, number, culls,
          &triangles)
      } else if max(a.w, b.w, c.w) >= near {
        for (p, q, r) in clipped(surface, t) { append(p, q, r, t, number, culls, &triangles) }
      }
    }
  }

  @inline(__always)
  private func append(
    _ a: ScreenCorner, _ b: ScreenCorner, _ c: ScreenCorner, _ vertices: SIMD3<UInt32>,
    _ surface: Int, _ culls: Bool, _ triangles: inout [ScreenTriangle]
  ) {
    let low = SIMD2(min(a.place.x, b.place.x, c.place.x), min(a.place.y, b.place.y, c.place.y))
    let high = SIMD2(max(a.place.x, b.place.x, c.place.x), max(a.place.y, b.place.y, c.place.y))
    if high.x < 0 || high.y < 0 || low.x > Float(lens.width) || low.y > Float(lens.height) {
      return
    }
    let (toB, toC) = (SIMD2<Double>(b.place - a.place), SIMD2<Double>(c.place - a.place))
    let area = toB.x * toC.y - toC.x * toB.y
    guard area != 0, area.isFinite else { return }
    // The screen's y runs down: what runs counter-clockwise in the world has a negative area here.
    let showsBack = area > 0
    if culls && showsBack { return }
    if area > 0 {
      // Where a face lies on the back of another, the one turned to the eye is seen.
      func behind(_ corner: ScreenCorner) -> ScreenCorner {
        var corner = corner
        corner.nearness *= 0.99999
        return corner
      }
      triangles.append(
        ScreenTriangle(
          behind(a), behind(b), behind(c), area: area, vertices: vertices, surface: surface,
          showsBack: true))
    } else {
      triangles.append(
        ScreenTriangle(
          a, c, b, area: -area, vertices: vertices, surface: surface, showsBack: false))
    }
  }

  /// What of a triangle is neither too near nor too far out, cut at planes before the division (Sutherland
  /// and Hodgman, 1974).
  private func clipped(
    _ surface: SoftwareScene.Surface, _ t: SIMD3<UInt32>
  ) -> [(ScreenCorner, ScreenCorner, ScreenCorner)] {
    typealias Corner = (point: SIMD4<Float>, weights: SIMD2<Float>)
    var polygon: [Corner] = [
      (homogeneous(surface.positions[Int(t.x)]), [0, 0]),
      (homogeneous(surface.positions[Int(t.y)]), [1, 0]),
      (homogeneous(surface.positions[Int(t.z)]), [0, 1]),
    ]
    let out = Self.farthest / 2
    let planes: [(SIMD4<Float>) -> Float] = [
      { $0.z - near }, { $0.x + out * $0.z }, { out * $0.z - $0.x }, { $0.y + out * $0.z },
      { out * $0.z - $0.y },
    ]
    for plane in planes {
      var kept: [Corner] = []
      for (index, corner) in polygon.enumerated() {
        let next = polygon[(index + 1) % polygon.count]
        let (here, there) = (plane(corner.point), plane(next.point))
        if here >= 0 { kept.append(corner) }
        if (here >= 0) != (there >= 0) {
          let share = here / (here - there)
          kept.append(
            (
              corner.point + (next.point - corner.point) * share,
              corner.weights + (next.weights - corner.weights) * share
            ))
        }
      }
      polygon = kept
      if polygon.count < 3 { return [] }
    }
    let corners = polygon.map { corner in
      // The same steps as for a corner that is not clipped, so that neighbours still meet.
      let nearness = 1 / corner.point.z
      return ScreenCorner(
        place: Self.onGrid(SIMD2(corner.point.x, corner.point.y) * nearness),
        nearness: nearness, weights: corner.weights)
    }
    return (1..<corners.count - 1).map { (corners[0], corners[$0], corners[$0 + 1]) }
  }
}
