import LinearMath

/// A small picture in which the object is looked for.
struct Sight: Sendable {
  let camera: Projection
  let field: ColorField
  /// Where the object may be, and where the other views say that it is.
  var mayBe: [Bool]
  var should: [Bool]
  var object: [Float]
  /// Its own colors, once enough is known of it: light differs from picture to picture.
  var colorsOfObject, colorsAround: ColorMixture?

  var width: Int { field.width }
  var height: Int { field.height }
  var colors: [SIMD3<Float>] { field.colors }
  var isShown: [Bool] { field.isShown }

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
}
