import LinearMath

/// Takes away small patches of depth that hang together with nothing about them: where nothing can be told, chance finds
/// such, and two views in agreement by chance are no rarity.
enum Speckles {
  /// - Parameters:
  ///   - least: pixels that a patch must have.
  ///   - isKnown: pixels with depth.
  ///   - hangTogether: whether two pixels beside each other see one surface.
  /// - Returns: the pixels of all patches that are too small.
  static func find(
    width: Int, height: Int, least: Int, isKnown: (Int) -> Bool, hangTogether: (Int, Int) -> Bool
  ) -> [Int] {
    var isDone = [Bool](repeating: false, count: width * height)
    var found: [Int] = []
    var patch: [Int] = []
    for seed in 0..<width * height where !isDone[seed] && isKnown(seed) {
      isDone[seed] = true
      patch = [seed]
      var next = 0
      while next < patch.count {
        let pixel = patch[next]
        next += 1
        let (x, y) = (pixel % width, pixel / width)
        for (nx, ny) in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)] {
          guard nx >= 0, ny >= 0, nx < width, ny < height else { continue }
          let other = ny * width + nx
          guard !isDone[other], isKnown(other), hangTogether(pixel, other) else { continue }
          isDone[other] = true
          patch.append(other)
        }
      }
      if patch.count < least { found += patch }
    }
    return found
  }
}

extension DepthMap {
  /// What a patch must have of the object's pixels: nine by nine of an object half as wide as a picture of 400 pixels.
  var leastPatch: Int { max(20, depth.count { $0 > 0 } / 180) }

  mutating func removeSpeckles(focal: Float) {
    let map = self
    let found = Speckles.find(
      width: width, height: height, least: leastPatch,
      isKnown: { map.depth[$0] > 0 && map.cost[$0] < 0.5 },
      hangTogether: { abs(map.depth[$0] - map.depth[$1]) * focal < 3 * map.depth[$0] })
    for pixel in found { cost[pixel] = 2 }
  }
}

extension SurfaceMap {
  /// What is left of a patch after most of it was not confirmed is chance again.
  mutating func removeSpeckles(_ camera: Projection, least: Int) {
    let map = self
    let found = Speckles.find(
      width: width, height: height, least: least,
      isKnown: { map.weights[$0] > 0 },
      hangTogether: { a, b in
        let off = map.points[a] - map.points[b]
        return max(abs(off.dot(map.normals[a])), abs(off.dot(map.normals[b])))
          < 1.5 * (map.points[a] - camera.eye).length / camera.focal.x
      })
    for pixel in found { weights[pixel] = 0 }
  }
}
