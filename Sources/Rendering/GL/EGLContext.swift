import CEGL
import Glibc

/// An OpenGL ES 3.2 context without a window, current on the thread that made it.
///
/// A real GPU is preferred: EGL devices are asked in turn, and one that does not call itself software is
/// taken. Otherwise Mesa's surfaceless platform draws on the processor.
@safe struct EGLContext: ~Copyable {
  private let display: EGLDisplay
  private let context: Context
  /// What the driver calls itself.
  let rendererName: String

  typealias Context = CEGL.EGLContext

  /// - Parameters:
  ///   - threads: how many threads Mesa's software driver may use; a GPU ignores it.
  ///   - wantsHardware: Mesa's software driver does not do.
  init(threads: Int, wantsHardware: Bool) throws(RenderError) {
    Self.prepareSoftwareDriver(threads: threads)
    guard let (display, context) = unsafe Self.firstThatWorks(wantsHardware) else {
      throw RenderError(
        "no-gles32",
        "no driver gives an OpenGL ES 3.2 context without a window "
          + "(EGL error 0x\(String(eglGetError(), radix: 16))); install Debian's libegl-mesa0 and "
          + "libgl1-mesa-dri")
    }
    unsafe self.display = display
    unsafe self.context = context
    rendererName = unsafe glGetString(GLenum(GL_RENDERER)).map { unsafe String(cString: $0) } ?? "?"
  }

  /// Devices that are not software, then Mesa's surfaceless platform: the first that gives a current
  /// context.
  private static func firstThatWorks(_ wantsHardware: Bool) -> (EGLDisplay, Context)? {
    var displays = unsafe deviceDisplays()
    if !wantsHardware {
      unsafe displays.append(
        eglGetPlatformDisplay(EGLenum(EGL_PLATFORM_SURFACELESS_MESA), nil, nil))
    }
    for index in unsafe displays.indices {
      guard let display = unsafe displays[index],
        unsafe eglInitialize(display, nil, nil) == EGL_TRUE
      else { continue }
      if let context = unsafe currentContext(on: display) { return unsafe (display, context) }
    }
    return nil
  }

  private static func currentContext(on display: EGLDisplay) -> Context? {
    guard eglBindAPI(EGLenum(EGL_OPENGL_ES_API)) == EGL_TRUE else { return nil }
    let wanted: [EGLint] = [
      EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 2, EGL_NONE,
    ]
    let context = unsafe eglCreateContext(
      display, maquette_no_config(), maquette_no_context(), wanted)
    guard let context = unsafe context else { return nil }
    if unsafe eglMakeCurrent(display, maquette_no_surface(), maquette_no_surface(), context)
      == EGL_TRUE
    {
      return unsafe context
    }
    _ = unsafe eglDestroyContext(display, context)
    return nil
  }

  /// Makes this the context that the thread's calls go to: a thread may have several, and draws into one.
  func makeCurrent() {
    _ = unsafe eglMakeCurrent(display, maquette_no_surface(), maquette_no_surface(), context)
  }

  deinit {
    if unsafe eglGetCurrentContext() == context {
      _ = unsafe eglMakeCurrent(
        display, maquette_no_surface(), maquette_no_surface(), maquette_no_context())
    }
    _ = unsafe eglDestroyContext(display, context)
  }

  /// llvmpipe reads its thread count and vector width from the environment; a width of 512 crashes
  /// inside LLVM 15.
  private static func prepareSoftwareDriver(threads: Int) {
    _ = unsafe setenv("LP_NUM_THREADS", threads == 1 ? "0" : String(threads), 0)
    if let width = unsafe getenv("LP_NATIVE_VECTOR_WIDTH"), unsafe strcmp(width, "512") == 0 {
      _ = unsafe unsetenv("LP_NATIVE_VECTOR_WIDTH")
    }
  }

  /// The displays of all devices that do not call themselves software.
  private static func deviceDisplays() -> [EGLDisplay?] {
    typealias QueryDevices =
      @convention(c) (
        EGLint, UnsafeMutablePointer<EGLDeviceEXT?>?, UnsafeMutablePointer<EGLint>
      ) -> EGLBoolean
    typealias QueryDeviceString = @convention(c) (EGLDeviceEXT, EGLint) -> UnsafePointer<CChar>?
    guard let queryDevices = unsafe eglGetProcAddress("eglQueryDevicesEXT"),
      let queryString = unsafe eglGetProcAddress("eglQueryDeviceStringEXT")
    else { return unsafe [] }
    let devicesFunction = unsafe unsafeBitCast(queryDevices, to: QueryDevices.self)
    let stringFunction = unsafe unsafeBitCast(queryString, to: QueryDeviceString.self)
    var devices = unsafe [EGLDeviceEXT?](repeating: nil, count: 16)
    var count: EGLint = 0
    guard unsafe devicesFunction(16, &devices, &count) == EGL_TRUE else { return unsafe [] }
    var displays = unsafe [EGLDisplay?]()
    for index in 0..<Int(count) {
      guard let device = unsafe devices[index] else { continue }
      let extensions =
        unsafe stringFunction(device, EGL_EXTENSIONS).map { unsafe String(cString: $0) } ?? ""
      if extensions.contains("EGL_MESA_device_software") { continue }
      unsafe displays.append(
        eglGetPlatformDisplay(EGLenum(EGL_PLATFORM_DEVICE_EXT), device, nil))
    }
    return unsafe displays
  }
}
