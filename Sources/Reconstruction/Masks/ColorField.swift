import Glibc
import Imaging
import LinearMath

/// A small picture in which an object is looked for by its colors.
struct ColorField: Sendable {
  let width, height: Int
  /// sRGB codes of 0...1.
  let colors: [SIMD3<Float>]
  /// Where the picture shows something.
  let isShown: [Bool]
  /// What a border costs, less along edges.
  let weight: [Float]

  /// - Parameter image: 8-bit RGBA; made smaller where its longer side is over `longSide`.
  init(_ image: Image, longSide: Int) {
    let scale = min(1, Double(longSide) / Double(max(image.width, image.height)))
    let small =
      scale < 1
      ? image.reduced(
        toWidth: Int((Double(image.width) * scale).rounded()),
        height: Int((Double(image.height) * scale).rounded())) : image
    let (width, height) = (small.width, small.height)
    (self.width, self.height) = (width, height)
    let colors = (0..<width * height).map { pixel -> SIMD3<Float> in
      let at = 4 * pixel
      let codes = SIMD3<UInt8>(small.bytes[at], small.bytes[at + 1], small.bytes[at + 2])
      return SIMD3<Float>(codes) / 255
    }
    self.colors = colors
    isShown = (0..<width * height).map { small.bytes[4 * $0 + 3] > 127 }
    var steps = [Float](repeating: 0, count: colors.count)
    for y in 0..<height - 1 {
      for x in 0..<width - 1 {
        let at = y * width + x
        let (right, down) = (colors[at + 1] - colors[at], colors[at + width] - colors[at])
        steps[at] = right.lengthSquared + down.lengthSquared
      }
    }
    let usual = max(steps.reduce(0, +) / Float(steps.count), 1e-6)
    weight = steps.map { 0.05 + exp(-$0 / usual) }
  }

  /// How much a border counts beside what colors say.
  private static let evidence: Float = 0.04

  /// Cuts the object out by the colors of it and of what is around.
  ///
  /// - Parameters:
  ///   - object: the guess to begin with, and the result: 0 background, 1 object.
  ///   - mayBe: whether a pixel may be of the object at all.
  func cut(
    _ object: inout [Float], inside: ColorMixture, outside: ColorMixture, rounds: Int,
    mayBe: (Int) -> Bool
  ) {
    let cost = colors.indices.map { pixel -> Float in
      guard mayBe(pixel) else { return 100 }
      let color = colors[pixel]
      let odds = min(max(inside.logarithm(color) - outside.logarithm(color), -6), 6)
      return -odds * Self.evidence
    }
    EvenCut.solve(
      &object, cost: cost, weight: weight, width: width, height: height, rounds: rounds)
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

  /// Numbers of the pixels, read between four of them at another size.
  func enlarged(_ values: [Float], _ newWidth: Int, _ newHeight: Int) -> [Float] {
    let scale = SIMD2(Float(width) / Float(newWidth), Float(height) / Float(newHeight))
    var large = [Float](repeating: 0, count: newWidth * newHeight)
    for y in 0..<newHeight {
      let py = min(max((Float(y) + 0.5) * scale.y - 0.5, 0), Float(height - 1))
      let (top, fy) = (Int(py), py - py.rounded(.down))
      let below = min(top + 1, height - 1)
      for x in 0..<newWidth {
        let px = min(max((Float(x) + 0.5) * scale.x - 0.5, 0), Float(width - 1))
        let (left, fx) = (Int(px), px - px.rounded(.down))
        let right = min(left + 1, width - 1)
        let upper = values[top * width + left] * (1 - fx) + values[top * width + right] * fx
        let lower = values[below * width + left] * (1 - fx) + values[below * width + right] * fx
        large[y * newWidth + x] = upper * (1 - fy) + lower * fy
      }
    }
    return large
  }
}

extension Image {
  /// The picture with a soft cut as its alpha; what was transparent stays so. For 8-bit RGBA.
  ///
  /// - Parameter object: for each pixel 0 for background to 1 for object.
  func cutOut(by object: [Float]) -> Image {
    var image = self
    for pixel in object.indices where image.bytes[4 * pixel + 3] > 0 {
      let share = min(max((object[pixel] - 0.5) * 2 + 0.5, 0), 1)
      image.bytes[4 * pixel + 3] = UInt8((share * 255).rounded())
    }
    return image
  }
}
