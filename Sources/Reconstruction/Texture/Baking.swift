import Geometry
import Imaging
import LinearMath
import Work

extension ViewSet {
  /// The color of each pixel of an atlas, from all views that see its place: the mean of those that agree, of which those
  /// that see it from the front and near count most. sRGB codes 0...255; `w` is 0 where no view sees it.
  ///
  /// - Parameters:
  ///   - mesh: in the working space, with normals.
  ///   - raster: of its atlas.
  ///   - pictures: what the views show, one a view.
  func baked(_ mesh: Mesh, _ raster: AtlasRaster, of pictures: [Image], _ work: WorkContext) throws
    -> [SIMD4<Float>]
  {
    let maps = try depths(of: mesh, work)
    let isLit = views.contains { $0.material == nil }
    let gains = arePhotographs && isLit ? try ViewGains(self, mesh, maps, work).factors : nil
    let normals = mesh.attributes.normals
    var colors = [SIMD4<Float>](repeating: .zero, count: raster.side * raster.side)
    try parallelFill(&colors, chunk: 4 * raster.side, work) { offset, piece in
      for slot in piece.indices {
        let pixel = offset + slot
        guard raster.triangles[pixel] >= 0 else { continue }
        let corners = mesh.triangles[Int(raster.triangles[pixel])]
        let (v, w) = (raster.weights[pixel].x, raster.weights[pixel].y)
        let (a, b, c) = (Int(corners.x), Int(corners.y), Int(corners.z))
        let place = mesh.positions[a] * (1 - v - w) + mesh.positions[b] * v + mesh.positions[c] * w
        let normal = (normals[a] * (1 - v - w) + normals[b] * v + normals[c] * w).normalized
        piece[slot] = Self.agreed(seen(place, normal, pictures, maps, gains))
      }
    }
    return colors
  }

  /// How far away each view sees the mesh.
  private func depths(of mesh: Mesh, _ work: WorkContext) throws -> [[Float]] {
    let tree = BVH(mesh)
    let normals = mesh.attributes.normals
    return try parallelMap(count: views.count, work) { index in
      let cover = (0..<views[index].image.width * views[index].image.height).map {
        views[index].image.bytes[4 * $0 + 3] > 0 ? Float(1) : 0
      }
      return DepthMap(of: tree, normals, mesh, from: projections[index], where: cover).depth
    }
  }

  /// The colors that views see at a place, each with its view and as `w` how much it is worth.
  func seen(
    _ place: SIMD3<Float>, _ normal: SIMD3<Float>, _ pictures: [Image], _ maps: [[Float]],
    _ gains: [SIMD3<Float>]?
  ) -> [(view: Int, color: SIMD4<Float>)] {
    var seen: [(view: Int, color: SIMD4<Float>)] = []
    for index in projections.indices {
      let camera = projections[index]
      let away = camera.eye - place
      let distance = away.length
      let cosine = normal.dot(away) / distance
      guard cosine > 0.2 else { continue }
      let (pixel, depth) = camera.project(place)
      guard depth > 0, isInFront(pixel, depth, cosine, maps[index], camera) else { continue }
      // Pixels at the outline are partly of something else.
      let inner = min(1, max(0, outlines[index].distance(at: pixel) - 0.7))
      guard inner > 0 else { continue }
      let sharp = cosine * cosine * camera.focal.x * camera.focal.x / (distance * distance)
      let color = sample(pictures[index], pixel)
      seen.append((index, SIMD4(gains.map { color * $0[index] } ?? color, sharp * sharp * inner)))
    }
    return seen
  }

  /// What most of them say: highlights and what hides the place differ from their middle.
  private static func agreed(_ seen: [(view: Int, color: SIMD4<Float>)]) -> SIMD4<Float> {
    guard !seen.isEmpty else { return .zero }
    var middle = SIMD3<Float>.zero
    for channel in 0..<3 {
      let sorted = seen.map { $0.color[channel] }.sorted()
      middle[channel] = sorted[sorted.count / 2]
    }
    var (sum, total) = (SIMD3<Float>.zero, Float(0))
    for (_, color) in seen {
      let off = (color.xyz - middle).lengthSquared
      let weight = color.w / (1 + off * off / (24 * 24 * 24 * 24))
      sum += color.xyz * weight
      total += weight
    }
    return SIMD4(sum / total, 1)
  }

  /// Whether a view sees a place: its depth there and beside it is no less.
  private func isInFront(
    _ pixel: SIMD2<Float>, _ depth: Float, _ cosine: Float, _ map: [Float], _ camera: Projection
  ) -> Bool {
    let (x, y) = (Int(pixel.x), Int(pixel.y))
    guard pixel.x >= 1, pixel.y >= 1, x < camera.width - 1, y < camera.height - 1 else {
      return false
    }
    let slack = depth / camera.focal.x * (1.5 + 1.5 * (1 - cosine * cosine).squareRoot() / cosine)
    for row in y - 1...y + 1 {
      for column in x - 1...x + 1 {
        let other = map[row * camera.width + column]
        if other > 0 && other < depth - slack { return false }
      }
    }
    return map[y * camera.width + x] > 0
  }

  /// Bilinear, of straight colors weighted by alpha.
  private func sample(_ image: Image, _ pixel: SIMD2<Float>) -> SIMD3<Float> {
    let x = min(max(pixel.x - 0.5, 0), Float(image.width) - 1.001)
    let y = min(max(pixel.y - 0.5, 0), Float(image.height) - 1.001)
    let (ix, iy) = (Int(x), Int(y))
    let (fx, fy) = (x - Float(ix), y - Float(iy))
    var (sum, total) = (SIMD3<Float>.zero, Float(0))
    for dy in 0...1 {
      for dx in 0...1 {
        let at = 4 * ((iy + dy) * image.width + ix + dx)
        let share = (dx == 0 ? 1 - fx : fx) * (dy == 0 ? 1 - fy : fy)
        let weight = share * Float(image.bytes[at + 3])
        sum +=
          SIMD3(Float(image.bytes[at]), Float(image.bytes[at + 1]), Float(image.bytes[at + 2]))
          * weight
        total += weight
      }
    }
    return total > 0 ? sum / total : .zero
  }
}
