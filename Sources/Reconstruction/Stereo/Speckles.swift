import LinearMath

extension DepthMap {
  /// Takes away small patches of depth that hang together with nothing about them: where nothing can be told, chance finds
  /// such, and two views in agreement by chance are no rarity.
  ///
  /// - Parameters:
  ///   - least: pixels that a patch must have.
  ///   - step: by how much of a pixel's size depth may change from pixel to pixel.
  mutating func removeSpeckles(least: Int, step: Float, focal: Float) {
    var label = [Bool](repeating: false, count: depth.count)
    var patch: [Int] = []
    for seed in depth.indices where !label[seed] && isKnown(seed) {
      label[seed] = true
      patch = [seed]
      var next = 0
      while next < patch.count {
        let pixel = patch[next]
        next += 1
        let (x, y) = (pixel % width, pixel / width)
        for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
          let (nx, ny) = (x + dx, y + dy)
          guard nx >= 0, ny >= 0, nx < width, ny < height else { continue }
          let other = ny * width + nx
          guard !label[other], isKnown(other),
            abs(depth[other] - depth[pixel]) * focal < step * depth[pixel]
          else { continue }
          label[other] = true
          patch.append(other)
        }
      }
      if patch.count < least { for pixel in patch { cost[pixel] = 2 } }
    }
  }

  private func isKnown(_ pixel: Int) -> Bool { depth[pixel] > 0 && cost[pixel] < 0.5 }
}
