import LinearMath
import Reconstruction

/// A volume that a network gives whole: 1 x side x side x side, in the order of its x, y and z.
struct OnnxVolume {
  private let sizes: [Int]
  private let density: [Float]
  private let color: [Float]?
  private let settings: OnnxSettings

  /// - Parameter color: 1 x 3 x side x side x side, red, green, blue from 0 to 1.
  init(_ density: Tensor, _ color: Tensor?, _ settings: OnnxSettings, at path: String) throws {
    sizes = Array(density.shape.suffix(3))
    let cells = sizes.reduce(1, *)
    guard sizes.count == 3, sizes.min()! > 1, density.values.count == cells else {
      throw InputError(
        "bad-network",
        "its density is \(density.shape.map(String.init).joined(separator: " x ")) and not 1 x width x height x depth",
        path)
    }
    if let color, color.values.count != 3 * cells {
      throw InputError("bad-network", "its color has not three numbers for each of density", path)
    }
    (self.density, self.color, self.settings) = (density.values, color?.values, settings)
  }

  var prior: VolumePrior {
    let threshold = Float(settings.onnxThreshold)
    let cells = density.count
    return VolumePrior(
      density: { $0.map { sample($0, density, 0) - threshold } },
      color: color.map { color in
        { points in
          points.map { point in
            let (red, green) = (sample(point, color, 0), sample(point, color, cells))
            return SIMD3(red, green, sample(point, color, 2 * cells)) * 255
          }
        }
      })
  }

  /// Between the eight cells about a point.
  private func sample(_ point: SIMD3<Float>, _ values: [Float], _ offset: Int) -> Float {
    let turned = settings.axes(of: point)
    var (base, share) = (SIMD3<Int>.zero, SIMD3<Float>.zero)
    for axis in 0..<3 {
      let last = Float(sizes[axis] - 1)
      let place = min(max((turned[axis] + 1) / 2 * last, 0), last)
      base[axis] = min(Int(place), sizes[axis] - 2)
      share[axis] = place - Float(base[axis])
    }
    var sum: Float = 0
    for corner in 0..<8 {
      let step = SIMD3(corner & 1, corner >> 1 & 1, corner >> 2)
      let cell = base &+ step
      var weight: Float = 1
      for axis in 0..<3 { weight *= step[axis] == 0 ? 1 - share[axis] : share[axis] }
      sum += weight * values[offset + (cell.x * sizes[1] + cell.y) * sizes[2] + cell.z]
    }
    return sum
  }
}
