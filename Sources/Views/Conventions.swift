public import LinearMath

/// The one place that knows other people's axes.
///
/// Ours: right-handed, +y up; cameras look along -z with +y up in the image (OpenGL, glTF).
///
/// | whose                                    | world | camera                    | pose            |
/// |------------------------------------------|-------|---------------------------|-----------------|
/// | NeRF, nerfstudio, instant-ngp, our files | +z up | OpenGL                    | world from cam. |
/// | COLMAP, 3D Gaussian Splatting, gsplat    | +z up | +y down, +z ahead (OpenCV)| cam. from world |
public enum Conventions {
  /// From our +y-up world to the +z-up world of every dataset: (x, y, z) becomes (x, -z, y).
  public static let zUpFromYUp = Matrix3(columns: [1, 0, 0], [0, 0, 1], [0, -1, 0])

  /// `worldFromCamera` as `transforms.json` wants it: dataset world (+z up), OpenGL camera.
  /// - Parameter unit: how many units of the dataset one of ours is.
  public static func transformMatrix(_ camera: Camera, unit: Double = 1) -> Matrix4 {
    let pose = Matrix4(linear: zUpFromYUp) * camera.worldFromCamera
    return Matrix4(linear: pose.linear, translation: pose.translation * unit)
  }

  /// `cameraFromWorld` as COLMAP, BOP and NeuS want it: dataset world (+z up), OpenCV camera.
  public static func openCVFromWorld(_ camera: Camera, unit: Double = 1) -> Matrix4 {
    openCVFromOpenGL * transformMatrix(camera, unit: unit).rigidInverse
  }

  /// `worldFromCamera` of an OpenGL camera, in whatever world the OpenCV camera's pose is of.
  public static func worldFromCamera(openCVFromWorld pose: Matrix4) -> Matrix4 {
    // The turn is its own inverse.
    pose.rigidInverse * openCVFromOpenGL
  }

  private static let openCVFromOpenGL = Matrix4(
    linear: Matrix3(columns: [1, 0, 0], [0, -1, 0], [0, 0, -1]))

  /// The matrix of intrinsics.
  /// - Parameter pixelCenter: where the middle of the first pixel is: 0.5 here and for COLMAP, 0 where pixels are
  ///   counted from their middles.
  public static func openCVProjection(_ camera: Camera, pixelCenter: Double = 0.5) -> Matrix4 {
    let lens = camera.intrinsics
    let shift = pixelCenter - 0.5
    return Matrix4(
      linear: Matrix3(
        columns: [lens.focalX, 0, 0], [0, lens.focalY, 0],
        [lens.centerX + shift, lens.centerY + shift, 1]))
  }

  /// A point or a direction of our world in the dataset's.
  public static func datasetVector(_ vector: SIMD3<Double>) -> SIMD3<Double> {
    zUpFromYUp * vector
  }

  /// The camera whose `transform_matrix` this is, in our world.
  public static func worldFromCamera(transformMatrix matrix: Matrix4, unit: Double = 1) -> Matrix4 {
    let pose = Matrix4(linear: zUpFromYUp.transposed) * matrix
    return Matrix4(linear: pose.linear, translation: pose.translation * (1 / unit))
  }
}
