import Glibc
import LinearMath

/// Six square faces of linear light, in OpenGL's order and orientation: +x -x +y -y +z -z, rows from
/// t = 0.
struct CubeMap: Sendable {
  let size: Int
  /// Face after face, row after row; the fourth component is unused.
  var texels: [SIMD4<Float>]

  init(size: Int) {
    self.size = size
    texels = Array(repeating: .zero, count: 6 * size * size)
  }

  /// The unit direction through the middle of a texel.
  static func direction(face: Int, column: Int, row: Int, size: Int) -> SIMD3<Float> {
    let s = 2 * (Float(column) + 0.5) / Float(size) - 1
    let t = 2 * (Float(row) + 0.5) / Float(size) - 1
    let direction: SIMD3<Float> =
      switch face {
      case 0: [1, -t, -s]
      case 1: [-1, -t, s]
      case 2: [s, 1, t]
      case 3: [s, -1, -t]
      case 4: [s, -t, 1]
      default: [-s, -t, -1]
      }
    return direction.normalized
  }

  /// Bilinear within a face.
  func sample(_ direction: SIMD3<Float>) -> SIMD4<Float> {
    let a = SIMD3<Float>(abs(direction.x), abs(direction.y), abs(direction.z))
    let face: Int
    let s, t, major: Float
    if a.x >= a.y && a.x >= a.z {
      (face, major) = (direction.x > 0 ? 0 : 1, a.x)
      (s, t) = (direction.x > 0 ? -direction.z : direction.z, -direction.y)
    } else if a.y >= a.z {
      (face, major) = (direction.y > 0 ? 2 : 3, a.y)
      (s, t) = (direction.x, direction.y > 0 ? direction.z : -direction.z)
    } else {
      (face, major) = (direction.z > 0 ? 4 : 5, a.z)
      (s, t) = (direction.z > 0 ? direction.x : -direction.x, -direction.y)
    }
    let x = (s / major + 1) / 2 * Float(size) - 0.5
    let y = (t / major + 1) / 2 * Float(size) - 0.5
    let (fx, fy) = (x - x.rounded(.down), y - y.rounded(.down))
    let limit = size - 1
    let x0 = min(max(Int(x.rounded(.down)), 0), limit)
    let y0 = min(max(Int(y.rounded(.down)), 0), limit)
    let (x1, y1) = (min(x0 + 1, limit), min(y0 + 1, limit))
    let base = face * size * size
    let top = texels[base + y0 * size + x0] * (1 - fx) + texels[base + y0 * size + x1] * fx
    let bottom = texels[base + y1 * size + x0] * (1 - fx) + texels[base + y1 * size + x1] * fx
    return top * (1 - fy) + bottom * fy
  }

  /// Half the size, each texel the mean of four.
  func halved() -> CubeMap {
    var small = CubeMap(size: size / 2)
    for face in 0..<6 {
      for row in 0..<small.size {
        for column in 0..<small.size {
          let at = face * size * size + 2 * row * size + 2 * column
          let top = texels[at] + texels[at + 1]
          let bottom = texels[at + size] + texels[at + size + 1]
          small.texels[(face * small.size + row) * small.size + column] = (top + bottom) * 0.25
        }
      }
    }
    return small
  }
}
