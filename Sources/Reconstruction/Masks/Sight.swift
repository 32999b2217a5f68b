import LinearMath

/// A small picture in which the object is looked for.
struct Sight: Sendable {
  let camera: Projection
  let colors: [SIMD3<Float>]
  /// Where the picture shows something.
  let isShown: [Bool]
  /// What a border costs, less along edges.
  let weight: [Float]
  /// Where the object may be, and where the other views say that it is.
  var mayBe: [Bool]
  var should: [Bool]
  var object: [Float]
  /// Its own colors, once enough is known of it: light differs from picture to picture.
  var colorsOfObject, colorsAround: ColorMixture?

  var width: Int { camera.width }
  var height: Int { camera.height }

  /// Which pixels balls of this radius cover.
  func covered(by places: [SIMD3<Float>], _ radius: Float) -> [Bool] {
    var isCovered = [Bool](repeating: false, count: colors.count)
    for place in places {
      let (pixel, depth) = camera.project(place)
      guard depth > 0 else { continue }
      let reach = radius * max(camera.focal.x, camera.focal.y) / depth
      guard pixel.x > -reach, pixel.y > -reach, pixel.x < Float(width) + reach,
        pixel.y < Float(height) + reach
      else { continue }
      let low = SIMD2(max(0, Int(pixel.x - reach)), max(0, Int(pixel.y - reach)))
      let high = SIMD2(min(width - 1, Int(pixel.x + reach)), min(height - 1, Int(pixel.y + reach)))
      guard low.x <= high.x, low.y <= high.y else { continue }
      for y in low.y...high.y {
        for x in low.x...high.x { isCovered[y * width + x] = true }
      }
    }
    return isCovered
  }

  /// Fills what the object wholly surrounds where it is small beside it, and takes away what lies apart and is small:
  /// glints, shadows and look-alikes.
  func tidy(_ object: inout [Float]) {
    let area = object.count { $0 > 0.5 }
    var isDone = [Bool](repeating: false, count: object.count)
    for seed in object.indices where !isDone[seed] {
      let isObject = object[seed] > 0.5
      isDone[seed] = true
      var patch = [seed]
      var (next, isOpen) = (0, false)
      while next < patch.count {
        let (x, y) = (patch[next] % width, patch[next] / width)
        next += 1
        for (nx, ny) in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)] {
          guard nx >= 0, ny >= 0, nx < width, ny < height else {
            isOpen = true
            continue
          }
          let other = ny * width + nx
          if isDone[other] || (object[other] > 0.5) != isObject { continue }
          isDone[other] = true
          patch.append(other)
        }
      }
      if isObject ? patch.count * 20 < area : !isOpen && patch.count * 50 < area {
        for pixel in patch { object[pixel] = isObject ? 0 : 1 }
      }
    }
  }
}
