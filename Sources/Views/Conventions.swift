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
  public static func transformMatrix(_ camera: Camera) -> Matrix4 {
    Matrix4(linear: zUpFromYUp) * camera.worldFromCamera
  }

  /// `cameraFromWorld` as COLMAP wants it: dataset world (+z up), OpenCV camera.
  public static func colmapPose(_ camera: Camera) -> (
    rotation: Quaternion, translation: SIMD3<Double>
  ) {
    let openCVFromOpenGL = Matrix4(
      linear: Matrix3(columns: [1, 0, 0], [0, -1, 0], [0, 0, -1]))
    let pose = openCVFromOpenGL * transformMatrix(camera).rigidInverse
    return (Quaternion(rotation: pose.linear), pose.translation)
  }

  /// A point or a direction of our world in the dataset's.
  public static func datasetVector(_ vector: SIMD3<Double>) -> SIMD3<Double> {
    zUpFromYUp * vector
  }
}
