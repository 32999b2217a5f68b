import Foundation
import Glibc
import Imaging
import LinearMath
import Work

/// Light from all around, ready for split-sum shading (Karis, "Real shading in Unreal Engine 4", 2013).
///
/// World +y is up. A panorama's middle lies towards -z, its right towards +x.
struct Environment: Sendable {
  /// Irradiance divided by pi, as nine spherical-harmonic coefficients that already carry the basis
  /// constants (Ramamoorthi and Hanrahan, "An efficient representation for irradiance environment
  /// maps", 2001): 1, y, z, x, xy, yz, 3z²-1, xz, x²-y².
  let irradiance: [SIMD3<Float>]
  /// Level i is the panorama seen by a GGX lobe of roughness i / (count - 1).
  let specular: [CubeMap]

  /// The light in broad patches.
  let coarse: CubeMap

  static let levels = 6

  /// A computed studio.
  /// - Parameter turn: radians it is turned around +y, counterclockwise from above.
  static func studio(_ light: StudioLight, turn: Float = 0, _ work: WorkContext) throws
    -> Environment
  {
    try Environment(size: 128, turn: turn, work, light.radiance)
  }

  /// Light from a panorama of any resolution.
  static func panorama(
    _ image: RadianceImage, turn: Float = 0, _ work: WorkContext
  ) throws -> Environment {
    let cubeSize = min(256, max(64, (image.width / 4).nextPowerOfTwo))
    // Finer than the cube, a small light would fall between its samples, or into several.
    let coarse = image.averaged(toWidth: 4 * cubeSize)
    return try Environment(size: cubeSize, taps: 2, turn: turn, work) { sample(coarse, $0) }
  }

  /// - Parameter taps: places along each side of a texel that its light is the mean of.
  private init(
    size: Int, taps: Int = 1, turn: Float, _ work: WorkContext,
    _ radiance: @Sendable (SIMD3<Float>) -> SIMD3<Float>
  ) throws {
    let (sine, cosine) = (sin(turn), cos(turn))
    var source = CubeMap(size: size)
    try parallelFill(&source.texels, chunk: size * size / 4, work) { offset, piece in
      for index in 0..<piece.count {
        let texel = offset + index
        let (face, row, column) = (
          texel / (size * size), texel / size % size, texel % size
        )
        var light = SIMD3<Float>.zero
        for tap in 0..<taps * taps {
          let direction = CubeMap.direction(
            face: face, column: taps * column + tap % taps, row: taps * row + tap / taps,
            size: taps * size)
          let turned = SIMD3<Float>(
            cosine * direction.x - sine * direction.z, direction.y,
            sine * direction.x + cosine * direction.z)
          light += radiance(turned)
        }
        // Half floats end at 65 504; a brighter sun would become infinite.
        light = (light / Float(taps * taps)).clamped(
          lowerBound: .zero, upperBound: SIMD3(repeating: 60_000))
        piece[index] = SIMD4(light, 1)
      }
    }
    irradiance = Self.project(source)
    var chain = [source]
    while chain.last!.size > 4 { chain.append(chain.last!.halved()) }
    coarse = chain[chain.count - 2]
    var levels = [source]
    for level in 1..<Self.levels {
      levels.append(
        try Self.filtered(
          chain, size: size >> level,
          roughness: Float(level) / Float(Self.levels - 1), work))
    }
    specular = levels
  }

  private static func sample(_ image: RadianceImage, _ direction: SIMD3<Float>) -> SIMD3<Float> {
    let u = 0.5 + atan2(direction.x, -direction.z) / (2 * .pi)
    let v = acos(min(max(direction.y, -1), 1)) / .pi
    let x = u * Float(image.width) - 0.5
    let y = v * Float(image.height) - 0.5
    let (x0, y0) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
    let (fx, fy) = (x - Float(x0), y - Float(y0))
    func pixel(_ column: Int, _ row: Int) -> SIMD3<Float> {
      let wrapped = (column % image.width + image.width) % image.width
      return image.pixels[min(max(row, 0), image.height - 1) * image.width + wrapped]
    }
    let top = pixel(x0, y0) * (1 - fx) + pixel(x0 + 1, y0) * fx
    let bottom = pixel(x0, y0 + 1) * (1 - fx) + pixel(x0 + 1, y0 + 1) * fx
    return top * (1 - fy) + bottom * fy
  }

  // MARK: Diffuse

  private static func project(_ cube: CubeMap) -> [SIMD3<Float>] {
    var sums = [SIMD3<Double>](repeating: .zero, count: 9)
    var total = 0.0
    for face in 0..<6 {
      for row in 0..<cube.size {
        for column in 0..<cube.size {
          let d = CubeMap.direction(face: face, column: column, row: row, size: cube.size)
          // The solid angle of a texel, up to a constant.
          let weight = Double(pow(max(abs(d.x), abs(d.y), abs(d.z)), 3))
          let light = cube.texels[(face * cube.size + row) * cube.size + column]
          let basis = SphericalHarmonics.basis(d)
          for index in 0..<9 {
            sums[index] += SIMD3<Double>(light.xyz) * (Double(basis[index]) * weight)
          }
          total += weight
        }
      }
    }
    // Normalise to 4 pi, convolve with the cosine lobe over pi, and fold the basis constants in.
    let convolution: [Double] = [1, 2.0 / 3, 2.0 / 3, 2.0 / 3, 0.25, 0.25, 0.25, 0.25, 0.25]
    return (0..<9).map { index in
      SIMD3<Float>(
        sums[index]
          * (4 * .pi / total * convolution[index] * Double(SphericalHarmonics.constants[index])))
    }
  }

  // MARK: Specular

  /// One level of the specular chain: GGX importance sampling, each sample taken from the source level
  /// whose texels match the sample's share of the lobe (Křivánek and Colbert, "Real-time shading with
  /// filtered importance sampling", 2008).
  private static func filtered(
    _ chain: [CubeMap], size: Int, roughness: Float, _ work: WorkContext
  ) throws -> CubeMap {
    var cube = CubeMap(size: size)
    let lobe = lobeSamples(roughness: roughness, count: 64, sourceSize: chain[0].size)
    try parallelFill(&cube.texels, chunk: size * size, work) { offset, piece in
      for index in 0..<piece.count {
        let texel = offset + index
        let normal = CubeMap.direction(
          face: texel / (size * size), column: texel % size, row: texel / size % size, size: size)
        let tangent = SIMD3<Float>(SIMD3<Double>(normal).anyPerpendicular)
        let bitangent = normal.cross(tangent)
        var sum = SIMD4<Float>.zero
        var weight: Float = 0
        for (light, level) in lobe {
          let along: SIMD3<Float> = tangent * light.x + bitangent * light.y
          let direction = along + normal * light.z
          let low = min(Int(level), chain.count - 1)
          let high = min(low + 1, chain.count - 1)
          let share = level - Float(low)
          let near = chain[low].sample(direction)
          let far = chain[high].sample(direction)
          sum += (near + (far - near) * min(share, 1)) * light.z
          weight += light.z
        }
        piece[index] = sum / weight
      }
    }
    return cube
  }

  /// Light directions around the normal +z for view = normal, with the source level for each.
  private static func lobeSamples(
    roughness: Float, count: Int, sourceSize: Int
  ) -> [(light: SIMD3<Float>, level: Float)] {
    let alpha = roughness * roughness
    let texelAngle = 4 * Float.pi / Float(6 * sourceSize * sourceSize)
    return (0..<count).compactMap { index in
      let (u, v) = hammersley(index, count)
      let cosine = ((1 - u) / (1 + (alpha * alpha - 1) * u)).squareRoot()
      let sine = (1 - cosine * cosine).squareRoot()
      let turn = 2 * Float.pi * v
      let half = SIMD3<Float>(sine * cos(turn), sine * sin(turn), cosine)
      let light = half * (2 * cosine) - SIMD3<Float>(0, 0, 1)
      guard light.z > 0 else { return nil }
      let density = distribution(cosine, alpha) / 4
      let sampleAngle = 1 / (Float(count) * density)
      return (light, max(0, 0.5 * log2(sampleAngle / texelAngle) + 1))
    }
  }

  private static func distribution(_ cosine: Float, _ alpha: Float) -> Float {
    let square = alpha * alpha
    let denominator = cosine * cosine * (square - 1) + 1
    return square / (.pi * denominator * denominator)
  }

  /// Point `index` of the Hammersley set.
  static func hammersley(_ index: Int, _ count: Int) -> (Float, Float) {
    var bits = UInt32(index)
    bits = (bits << 16) | (bits >> 16)
    bits = ((bits & 0x5555_5555) << 1) | ((bits & 0xAAAA_AAAA) >> 1)
    bits = ((bits & 0x3333_3333) << 2) | ((bits & 0xCCCC_CCCC) >> 2)
    bits = ((bits & 0x0F0F_0F0F) << 4) | ((bits & 0xF0F0_F0F0) >> 4)
    bits = ((bits & 0x00FF_00FF) << 8) | ((bits & 0xFF00_FF00) >> 8)
    return ((Float(index) + 0.5) / Float(count), Float(bits) * 0x1p-32)
  }
}

extension Int {
  fileprivate var nextPowerOfTwo: Int {
    var power = 1
    while power < self { power *= 2 }
    return power
  }
}
