import Imaging
import LinearMath
import Views

/// A band of a picture, as many rows as a tile has.
struct PictureBand: Sendable {
  let width: Int
  private(set) var color: [UInt8]
  private(set) var depth: [Float]
  private(set) var surface: [UInt8]
  /// The numbers of each layer that is wanted.
  var layers: [[Float]]

  init(width: Int, rows: Int, layers: [FrameLayer]) {
    self.width = width
    self.layers = layers.map { Array(repeating: 0, count: $0.channels * width * rows) }
    color = Array(repeating: 0, count: 4 * width * rows)
    depth = Array(repeating: 0, count: width * rows)
    surface = Array(repeating: 0, count: 4 * width * rows)
  }

  /// sRGB codes of linear light in 65,535 steps.
  private static let codes: [UInt8] = (0...65_535).map { SRGB.code(Float($0) / 65_535) }

  /// Averages what a tile's samples have summed up and writes it as bytes.
  ///
  /// At the edge of opaque surfaces the pixel centre decides on which side of one half alpha falls, so that
  /// alpha >= 0.5 means the same as the mask.
  mutating func resolve(
    sums: [SIMD4<Float>], normals: [SIMD3<Float>], centers: [Float], blended: TileBlending,
    tile: SIMD2<Int32>, size: SIMD2<Int32>, samples: Int, _ view: SoftwareView
  ) {
    let share = 1 / Float(samples)
    for row in 0..<Int(size.y) {
      let line = row * width + Int(tile.x)
      for column in 0..<Int(size.x) {
        let pixel = row * TileBuffer.side + column
        let at = line + column
        let isHit = centers[pixel] > 0
        if isHit {
          depth[at] = 1 / centers[pixel]
          let normal = view.normalSpaceFromWorld(normals[pixel]) * 127.5 + 127.5
          let codes = SIMD8(lowHalf: SIMD4(normal, 255) + 0.5, highHalf: .zero).truncated
          for channel in 0..<4 {
            surface[4 * at + channel] = UInt8(truncatingIfNeeded: codes[channel])
          }
        }
        let sum = sums[pixel] * share
        if sum.w < 0.5 / 255 { continue }
        var alpha = min(sum.w, 1)
        if alpha < 1 && !blended.isBlended(pixel) {
          alpha = isHit ? max(alpha, 128.0 / 255) : min(alpha, 127.0 / 255)
        }
        let light = sum.xyz / sum.w
        for channel in 0..<3 {
          color[4 * at + channel] = Self.codes[Int(min(light[channel], 1) * 65_535 + 0.5)]
        }
        color[4 * at + 3] = UInt8(alpha * 255 + 0.5)
      }
    }
  }
}
