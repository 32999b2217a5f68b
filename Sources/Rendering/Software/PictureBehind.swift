import LinearMath

/// A picture of what is solid and lets no light through, with ever smaller copies: linear light multiplied by
/// alpha, and alpha.
struct PictureBehind: Sendable {
  private let texels: [SIMD4<Float>]
  private let starts: [Int32]
  private let widths, heights: [Int32]
  private let last: Float
  /// From world coordinates to pixels times depth, and depth.
  private let columns: (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>)

  /// - Parameter light: four numbers a pixel.
  init(
    light: [Float], width: Int, height: Int,
    columns: (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>)
  ) {
    var texels = (0..<width * height).map { pixel in
      SIMD4(light[4 * pixel], light[4 * pixel + 1], light[4 * pixel + 2], light[4 * pixel + 3])
    }
    var (starts, sizes) = ([Int32(0)], [SIMD2(width, height)])
    while sizes.last! != [1, 1] {
      let (size, start) = (sizes.last!, Int(starts.last!))
      let next = SIMD2(max(1, size.x / 2), max(1, size.y / 2))
      starts.append(Int32(texels.count))
      for row in 0..<next.y {
        for column in 0..<next.x {
          let (left, top) = (2 * column, 2 * row)
          let (right, bottom) = (min(left + 1, size.x - 1), min(top + 1, size.y - 1))
          let above: SIMD4<Float> =
            texels[start + top * size.x + left] + texels[start + top * size.x + right]
          let below: SIMD4<Float> =
            texels[start + bottom * size.x + left] + texels[start + bottom * size.x + right]
          texels.append((above + below) * 0.25)
        }
      }
      sizes.append(next)
    }
    (self.texels, self.starts, self.columns) = (texels, starts, columns)
    widths = sizes.map { Int32($0.x) }
    heights = sizes.map { Int32($0.y) }
    last = Float(sizes.count - 1)
  }

  /// What is seen at places in the world.
  /// - Parameter blur: 0 for sharp, 1 for a single texel.
  @inline(__always)
  func read(_ place: Lanes3, blur: SIMD8<Float>) -> Lanes4 {
    let level: SIMD8<Float> = blur * last
    let fine = level.rounded(.down).clamped(0, last)
    let coarse = (fine + 1).clamped(0, last)
    let share: SIMD8<Float> = level - fine
    let (lower, upper) = (fine.truncated, coarse.truncated)
    return Lanes4 { lane in
      let (x, y, z) = (place.x[lane], place.y[lane], place.z[lane])
      let point: SIMD4<Float> = columns.0 * x + columns.1 * y
      let seen: SIMD4<Float> = point + columns.2 * z + columns.3
      let depth = max(seen.z, 1e-6)
      let uv = SIMD2(
        seen.x / depth / Float(widths[0]), seen.y / depth / Float(heights[0]))
      let sharp = read(uv, Int(lower[lane]))
      if share[lane] == 0 { return sharp }
      return sharp + (read(uv, Int(upper[lane])) - sharp) * share[lane]
    }
  }

  private func read(_ uv: SIMD2<Float>, _ level: Int) -> SIMD4<Float> {
    let (width, height, start) = (Int(widths[level]), Int(heights[level]), Int(starts[level]))
    // In this order what is no number becomes 0.
    let x = min(max(0, uv.x * Float(width) - 0.5), Float(width - 1))
    let y = min(max(0, uv.y * Float(height) - 0.5), Float(height - 1))
    let (left, top) = (Int(x), Int(y))
    let (right, bottom) = (min(left + 1, width - 1), min(top + 1, height - 1))
    let (across, down) = (x - Float(left), y - Float(top))
    @inline(__always)
    func texel(_ column: Int, _ row: Int) -> SIMD4<Float> { texels[start + row * width + column] }
    let above: SIMD4<Float> = texel(left, top) + (texel(right, top) - texel(left, top)) * across
    let below: SIMD4<Float> =
      texel(left, bottom) + (texel(right, bottom) - texel(left, bottom)) * across
    return above + (below - above) * down
  }
}
