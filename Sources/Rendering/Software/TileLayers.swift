import LinearMath
import Views

/// The numbers that a view is asked for beside its colour, at the pixel centres of one tile.
struct TileLayers {
  private let view: SoftwareView
  private let tile, size: SIMD2<Int32>
  private var solid = ShadingQueue()
  private var blended = ShadingQueue()

  init(_ view: SoftwareView, tile: SIMD2<Int32>, size: SIMD2<Int32>) {
    (self.view, self.tile, self.size) = (view, tile, size)
  }

  mutating func ask(_ pixel: Int, solid triangle: UInt32) {
    solid.append(
      request(pixel, triangle), surface: view.solid[Int(triangle)].surface)
  }

  mutating func ask(_ pixel: Int, blended triangle: UInt32) {
    blended.append(
      request(pixel, triangle), surface: view.blended[Int(triangle)].surface)
  }

  private func request(_ pixel: Int, _ triangle: UInt32) -> ShadingRequest {
    let side = TileBuffer.side
    let place = SIMD2(
      Float(tile.x) + Float(pixel % side) + 0.5, Float(tile.y) + Float(pixel / side) + 0.5)
    return ShadingRequest(
      triangle: triangle, place: place, target: UInt32(pixel), weight: 1, isCenter: true)
  }

  /// Writes everything into the band: light and normals as they were found, the rest of what was asked for.
  func fill(
    _ band: inout PictureBand, sums: [SIMD4<Float>], normals: [SIMD3<Float>], centers: [Float]
  ) {
    let share = 1 / Float(view.pattern.count)
    for (number, layer) in view.layers.enumerated() {
      for row in 0..<Int(size.y) {
        for column in 0..<Int(size.x) {
          let pixel = row * TileBuffer.side + column
          let at = place(pixel, band) * layer.channels
          if layer == .light {
            for channel in 0..<4 {
              band.layers[number][at + channel] = sums[pixel][channel] * share
            }
          } else if layer == .normal, centers[pixel] > 0 {
            let normal = view.normalSpaceFromWorld(normals[pixel])
            for channel in 0..<3 { band.layers[number][at + channel] = normal[channel] }
          }
        }
      }
    }
    for (queue, triangles) in [(solid, view.solid), (blended, view.blended)] {
      queue.forEachEight(triangles, view) { requests, surface, points, _ in
        let found = attributes(surface, points)
        for (number, layer) in view.layers.enumerated() {
          guard let numbers = found[layer] else { continue }
          for (lane, request) in requests.enumerated() {
            let at = place(Int(request.target), band) * layer.channels
            for channel in 0..<layer.channels {
              band.layers[number][at + channel] = numbers[channel][lane]
            }
          }
        }
      }
    }
  }

  private func place(_ pixel: Int, _ band: PictureBand) -> Int {
    pixel / TileBuffer.side * band.width + Int(tile.x) + pixel % TileBuffer.side
  }

  private func attributes(
    _ surface: Int, _ points: ShadingPoints
  ) -> [FrameLayer: [SIMD8<Float>]] {
    let material = view.scene.surfaces[surface].material
    var footprint: MapFootprint?
    let base = SurfaceShading.baseColor(material, points, &footprint).xyz.limited
    let matter = view.shading.matter(material, points, base, &footprint)
    return [
      .albedo: [base.x, base.y, base.z], .roughness: [matter.roughness.clamped(0, 1)],
      .metallic: [matter.metallic.clamped(0, 1)], .occlusion: [matter.occlusion.clamped(0, 1)],
      .id: [SIMD8(repeating: Float(surface + 1))], .uv: [points.uv.x, points.uv.y],
    ]
  }
}
