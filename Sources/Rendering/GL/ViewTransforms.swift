import LinearMath
import Views

/// A camera as shaders want it.
struct ViewTransforms {
  let eye: SIMD3<Double>
  private let clipFromWorld: Matrix4
  private let depthPlane: SIMD4<Float>

  /// Near and far planes enclose the unit sphere around the origin, where the scene lies, or what is on the ground
  /// around it.
  init(_ camera: Camera, hasGround: Bool) {
    eye = camera.eye
    let distance = eye.length
    let reach = hasGround ? GroundShadow.reach : 1.01
    let far = distance + reach
    let near = max(distance - reach, far * 1e-3)
    let lens = camera.intrinsics
    let (width, height) = (Double(lens.width), Double(lens.height))
    // Upside down: +y of the camera goes to -y of clip space, so that row 0 is the top.
    let clipFromCamera = Matrix4(
      columns: [2 * lens.focalX / width, 0, 0, 0], [0, -2 * lens.focalY / height, 0, 0],
      [
        1 - 2 * lens.centerX / width, 1 - 2 * lens.centerY / height,
        -(far + near) / (far - near), -1,
      ],
      [0, 0, -2 * far * near / (far - near), 0])
    let cameraFromWorld = camera.worldFromCamera.rigidInverse
    clipFromWorld = clipFromCamera * cameraFromWorld
    let row = cameraFromWorld.rows[2].map { Float(-$0) }
    depthPlane = SIMD4(row[0], row[1], row[2], row[3])
  }

  func apply(_ program: GLProgram) {
    program.set("u_clipFromWorld", clipFromWorld)
    program.set("u_depthPlane", depthPlane)
    program.set("u_eye", SIMD3<Float>(eye))
  }
}
