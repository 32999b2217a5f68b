import Geometry
import LinearMath

/// Colors for what no view saw: those of what lies beside it on the surface, spread evenly.
struct UnseenFill {
  private let mesh: Mesh
  private let raster: AtlasRaster
  private let weld: Weld
  /// The mean color of each point, by weight; `w` is 0 while none is known.
  private var points: [SIMD4<Float>]

  /// Fills the pixels of the atlas that have no color; gives how many there were.
  static func fill(_ colors: inout [SIMD4<Float>], _ mesh: Mesh, _ raster: AtlasRaster) -> Int {
    let used = raster.triangles.indices.filter { raster.triangles[$0] >= 0 }
    let unseen = used.filter { colors[$0].w == 0 }
    if unseen.isEmpty || unseen.count == used.count { return unseen.count }
    var fill = UnseenFill(mesh, raster)
    for pixel in used where colors[pixel].w > 0 {
      for (point, share) in fill.shares(of: pixel) {
        fill.points[point] += SIMD4(colors[pixel].xyz, 1) * share
      }
    }
    fill.spread()
    for pixel in unseen {
      var sum = SIMD4<Float>.zero
      for (point, share) in fill.shares(of: pixel) { sum += fill.points[point] * share }
      if sum.w > 0 { colors[pixel] = SIMD4(sum.xyz / sum.w, 1) }
    }
    return unseen.count
  }

  private init(_ mesh: Mesh, _ raster: AtlasRaster) {
    (self.mesh, self.raster, weld) = (mesh, raster, Weld(mesh.positions))
    points = .init(repeating: .zero, count: weld.vertexOfPoint.count)
  }

  /// The points about a pixel, and how much each has of it.
  private func shares(of pixel: Int) -> [(point: Int, share: Float)] {
    let triangle = mesh.triangles[Int(raster.triangles[pixel])]
    let (v, w) = (raster.weights[pixel].x, raster.weights[pixel].y)
    return zip([triangle.x, triangle.y, triangle.z], [1 - v - w, v, w]).map {
      (Int(weld.pointOfVertex[Int($0)]), max($1, 1e-6))
    }
  }

  /// From points with a color outwards, a ring at a time; then what was made up is evened out.
  private mutating func spread() {
    let rings = VertexRings(weld.triangles(of: mesh), count: points.count)
    for index in points.indices where points[index].w > 0 { points[index] /= points[index].w }
    var isKnown = points.map { $0.w > 0 }
    var front = points.indices.filter { isKnown[$0] }
    var madeUp: [Int] = []
    func mean(_ point: Int) -> SIMD4<Float> {
      let sum = rings[point].reduce(SIMD4<Float>.zero) { $0 + points[Int($1)] }
      return sum.w > 0 ? sum / sum.w : .zero
    }
    while !front.isEmpty {
      var next: [Int] = []
      for point in front {
        for other in rings[point].map(Int.init) where !isKnown[other] {
          isKnown[other] = true
          next.append(other)
        }
      }
      for (point, color) in zip(next, next.map(mean)) { points[point] = color }
      madeUp += next
      front = next
    }
    for _ in 0..<60 {
      for point in madeUp { points[point] = mean(point) }
    }
  }
}
