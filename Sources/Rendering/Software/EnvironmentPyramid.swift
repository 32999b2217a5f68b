import LinearMath

/// The environment's levels, each face with a rim of its neighbours' texels, so that what is read across an
/// edge is filtered like everything else.
struct EnvironmentPyramid: Sendable {
  private let texels: [SIMD4<Float>]
  private let starts: [Int32]
  private let size: Int32
  let last: Float

  init(_ levels: [CubeMap]) {
    var texels: [SIMD4<Float>] = []
    var starts: [Int32] = []
    for level in levels {
      starts.append(Int32(texels.count))
      for face in 0..<6 {
        for row in -1...level.size {
          for column in -1...level.size {
            let isInside =
              (0..<level.size).contains(row) && (0..<level.size).contains(column)
            let at = (face * level.size + row) * level.size + column
            texels.append(
              isInside
                ? level.texels[at]
                : level.sample(
                  CubeMap.direction(face: face, column: column, row: row, size: level.size)))
          }
        }
      }
    }
    (self.texels, self.starts) = (texels, starts)
    size = Int32(levels[0].size)
    last = Float(levels.count - 1)
  }

  /// The light from eight directions of any length, at levels 0...last.
  @inline(__always)
  func sample(_ direction: Lanes3, level: SIMD8<Float>) -> Lanes3 {
    let (x, y, z) = (direction.x, direction.y, direction.z)
    let (sizeX, sizeY, sizeZ) = (greater(x, -x), greater(y, -y), greater(z, -z))
    let isX = sizeX .>= sizeY .& sizeX .>= sizeZ
    let isY = .!isX .& sizeY .>= sizeZ
    let isBehind = (z .< 0).replacing(with: y .< 0, where: isY).replacing(with: x .< 0, where: isX)
    let major = sizeZ.replacing(with: sizeY, where: isY).replacing(with: sizeX, where: isX)
    // OpenGL's table of faces: +x (-z, -y), -x (z, -y), +y (x, z), -y (x, -z), +z (x, -y), -z (-x, -y).
    let alongX = (-z).replacing(with: z, where: isBehind)
    let alongZ = x.replacing(with: -x, where: isBehind)
    let s = alongZ.replacing(with: x, where: isY).replacing(with: alongX, where: isX)
    let t = (-y).replacing(with: z.replacing(with: -z, where: isBehind), where: isY)
    var face = SIMD8<Int32>(repeating: 4)
    face = face.replacing(with: SIMD8(repeating: 2), where: isY)
    face = face.replacing(with: SIMD8(repeating: 0), where: isX)
    face = face.replacing(with: face &+ 1, where: isBehind)
    let half: SIMD8<Float> = 0.5 / major
    let u: SIMD8<Float> = s * half + 0.5
    let v: SIMD8<Float> = t * half + 0.5

    let wanted = level.clamped(0, last)
    let lower = wanted.rounded(.down)
    let share: SIMD8<Float> = wanted - lower
    let fine = read(u, v, face, lower.truncated)
    if !any(share .> 0) { return fine.xyz }
    let upper = lesser(lower + 1, SIMD8(repeating: last))
    let coarse = read(u, v, face, upper.truncated)
    return (fine * (1 - share) + coarse * share).xyz
  }

  @inline(__always)
  private func read(
    _ u: SIMD8<Float>, _ v: SIMD8<Float>, _ face: SIMD8<Int32>, _ level: SIMD8<Int32>
  ) -> Lanes4 {
    let width = SIMD8<Int32>(repeating: size) &>> level
    let stride = width &+ 2
    let count = SIMD8<Float>(width)
    // The rim is a texel wide: texel 0 of the stored face is outside.
    let x: SIMD8<Float> = (u * count + 0.5).clamped(0, Float(size) + 1)
    let y: SIMD8<Float> = (v * count + 0.5).clamped(0, Float(size) + 1)
    let (wholeX, wholeY) = (lesser(x.rounded(.down), count), lesser(y.rounded(.down), count))
    let (shareX, shareY) = (x - wholeX, y - wholeY)
    var start = SIMD8<Int32>(repeating: 0)
    for lane in 0..<8 { start[lane] = starts[Int(level[lane])] }
    let line = face &* stride &+ wholeY.truncated
    let index = start &+ line &* stride &+ wholeX.truncated
    return Lanes4 { lane in
      let at = Int(index[lane])
      let under = at + Int(stride[lane])
      let (across, down) = (shareX[lane], shareY[lane])
      let above: SIMD4<Float> = texels[at] + (texels[at + 1] - texels[at]) * across
      let below: SIMD4<Float> = texels[under] + (texels[under + 1] - texels[under]) * across
      return above + (below - above) * down
    }
  }
}
