# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandboxed program and the portals' dialogs as assistive technology sees them."""
import ctypes
import os
import subprocess
import sys
import time

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, Gio, GLib  # noqa: E402

ID = os.environ['GESSO_FLATPAK_ID']
PATH = '/' + ID.replace('.', '/')
LIMIT_SECONDS = 120
START_SECONDS = 240


def fail(text):
    print(f'FAIL: {text}', flush=True)
    picture = os.path.join(os.environ['HOME'], 'failed.png')
    subprocess.run(['import', '-window', 'root', picture], stderr=subprocess.DEVNULL, check=False)
    for i in range(Atspi.get_desktop(0).get_child_count()):
        show(Atspi.get_desktop(0).get_child_at_index(i), 0)
    sys.exit(1)


def show(node, depth):
    """The tree below, for whoever reads the log."""
    try:
        if node is None or depth > 14:
            return
        print(' ' * depth, node.get_role_name(), repr(node.get_name()), flush=True)
        for i in range(node.get_child_count()):
            show(node.get_child_at_index(i), depth + 1)
    except GLib.Error:
        pass


def wait_for(what, check, seconds=LIMIT_SECONDS):
    start = time.monotonic()
    while time.monotonic() < start + seconds:
        try:
            result = check()
            if result:
                return result
        except GLib.Error:
            pass  # what is looked at may go away meanwhile
        # Looking through all of a window is work for the program, too.
        time.sleep(0.1 if time.monotonic() < start + 5 else 1)
    fail(f'{what}: not within {seconds} seconds')


def search(node, matches):
    """Depth first, in what is visible."""
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is None or not child.get_state_set().contains(Atspi.StateType.VISIBLE):
            continue
        found = child if matches(child) else search(child, matches)
        if found is not None:
            return found
    return None


def applications(name):
    desktop = Atspi.get_desktop(0)
    children = [desktop.get_child_at_index(i) for i in range(desktop.get_child_count())]
    return [child for child in children if child is not None and child.get_name() == name]


def is_control(node, name):
    """A row and a label are called like the control in them or beside them."""
    return node.get_name() == name and node.get_role() not in (Atspi.Role.LABEL,
                                                               Atspi.Role.LIST_ITEM)


def is_sensitive(node):
    return node.get_state_set().contains(Atspi.StateType.SENSITIVE)


# ---- The portals ------------------------------------------------------------------------


def find_button(accept):
    """Of GTK's backend."""
    for application in applications('xdg-desktop-portal-gtk'):
        button = search(application, lambda node: node.get_name() == accept and
                        node.get_role() == Atspi.Role.PUSH_BUTTON)
        if button is not None:
            return application, button
    return None


def find_entry(application):
    return search(application, lambda node: node.get_role() == Atspi.Role.TEXT and
                  node.get_state_set().contains(Atspi.StateType.EDITABLE) and
                  node.get_state_set().contains(Atspi.StateType.SHOWING))


def type_slash():
    """Has a dialog that opens files show its entry. Without a window manager the keys are those of
    the window under the pointer."""
    # A window that was presented keeps the keys; they are the pointer's again.
    x11 = ctypes.CDLL('libX11.so.6')
    x11.XOpenDisplay.restype = ctypes.c_void_p
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    x11.XSetInputFocus(display, ctypes.c_ulong(1), 1, ctypes.c_ulong(0))
    x11.XCloseDisplay(display)
    Atspi.generate_mouse_event(1390, 890, 'abs')
    time.sleep(0.3)
    Atspi.generate_mouse_event(400, 300, 'b1c')
    time.sleep(0.3)
    Atspi.generate_keyboard_event(ord('/'), None, Atspi.KeySynthType.SYM)
    time.sleep(1)


def is_there(node):
    try:
        return node.get_state_set().contains(Atspi.StateType.SHOWING)
    except GLib.Error:
        return False


def answer_portal(path, accept):
    """Types the path and presses the button of that name."""
    application, button = wait_for(f'a dialog with “{accept}”', lambda: find_button(accept))
    time.sleep(1)
    entry = wait_for('an entry for the path',
                     lambda: find_entry(application) or type_slash())
    time.sleep(0.5)
    Atspi.EditableText.set_text_contents(entry, path)
    time.sleep(1)
    wait_for(f'“{accept}” to be of use', lambda: is_sensitive(button))
    Atspi.Action.do_action(button, 0)
    # Another one may follow.
    wait_for('the dialog to close', lambda: not is_there(button))


def link(path):
    try:
        return os.readlink(path)
    except OSError:
        return None  # closed meanwhile


def is_gesso(pid):
    return os.path.basename(link(f'/proc/{pid}/exe') or '') == 'gesso'


# ---- The program ------------------------------------------------------------------------


class Program:
    """Gesso, by "flatpak run" alone."""

    def __init__(self):
        self.process = None
        self.root = None
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)

    def start(self):
        self.process = subprocess.Popen(['flatpak', 'run', '--env=GTK_A11Y=atspi',
                                         '--env=GSK_RENDERER=cairo',
                                         # Not measured: each home is a new one.
                                         '--env=LP_NATIVE_VECTOR_WIDTH=256',
                                         '--env=G_DEBUG=fatal-criticals', ID])
        wait_for('the program', lambda: applications('gesso') or self.check(), START_SECONDS)
        self.root = applications('gesso')[0]
        self.wait('Prompt')

    def check(self):
        if self.process.poll() is not None:
            fail(f'the program left with status {self.process.returncode}')

    def quit(self):
        try:
            self.activate('', 'quit')
        except GLib.Error:
            pass  # it may leave before it answers; how it left is seen below
        wait_for('the program to leave', lambda: self.process.poll() is not None)
        if self.process.returncode != 0:
            fail(f'the program left with status {self.process.returncode}')
        self.root = self.process = None
        time.sleep(1)

    def kill(self):
        """With its sandbox, which does not wait for what was in it."""
        self.process.kill()
        self.process.wait()
        self.root = self.process = None

    def inside(self, *command):
        return subprocess.run(['flatpak', 'run', f'--command={command[0]}', ID, *command[1:]],
                              stdout=subprocess.PIPE, check=False, text=True)

    def version(self):
        return self.inside('gesso', '--version').stdout.split()[-1]

    def sees(self, path):
        return self.inside('test', '-e', path).returncode == 0

    def sockets(self):
        """The network's sockets that the program has open, as the kernel lists them."""
        process = [pid for pid in os.listdir('/proc') if pid.isdigit() and is_gesso(pid)]
        if not process:
            fail('the program has no process')
        owned = {link(f'/proc/{pid}/fd/{number}')
                 for pid in process for number in os.listdir(f'/proc/{pid}/fd')}
        found = []
        for kind in 'tcp', 'tcp6', 'udp', 'udp6':
            with open(f'/proc/{process[0]}/net/{kind}') as file:
                found += [f'{kind} {fields[2]}' for fields in map(str.split, file)
                          if f'socket:[{fields[9]}]' in owned]
        return found

    def is_sandboxed(self):
        listed = subprocess.run(['flatpak', 'ps', '--columns=application'],
                                stdout=subprocess.PIPE, check=False, text=True).stdout
        return ID in listed.split()

    def call(self, path, interface, method, arguments, reply):
        return self.bus.call_sync(ID, path, interface, method, arguments, GLib.VariantType(reply),
                                  Gio.DBusCallFlags.NONE, 20000, None)

    def activate(self, place, action, parameter=None):
        path = f'{PATH}/{place}' if place else PATH
        value = [] if parameter is None else [GLib.Variant('s', parameter)]
        self.call(path, 'org.gtk.Actions', 'Activate',
                  GLib.Variant('(sava{sv})', (action, value, {})), '()')

    def state(self, place, action):
        described = self.call(f'{PATH}/{place}', 'org.gtk.Actions', 'Describe',
                              GLib.Variant('(s)', (action,)), '((bgav))')
        return described.unpack()[0][2][0]

    def has(self, place):
        try:
            return self.call(f'{PATH}/{place}', 'org.gtk.Actions', 'List', None, '(as)') is not None
        except GLib.Error:
            return False

    def find(self, name):
        return search(self.root, lambda node: is_control(node, name))

    def wait(self, name, seconds=LIMIT_SECONDS):
        return wait_for(f'“{name}”', lambda: self.find(name) or self.check(), seconds)

    def wait_sensitive(self, name):
        wait_for(f'“{name}” to be of use', lambda: is_sensitive(self.find(name)))

    def press(self, name):
        Atspi.Action.do_action(self.wait(name), 0)

    def set_text(self, name, text):
        Atspi.EditableText.set_text_contents(self.wait(name), text)

    def text(self, name):
        return Atspi.Text.get_text(self.wait(name), 0, -1)

    def set_value(self, name, value):
        Atspi.Value.set_current_value(self.wait(name), value)

    def value(self, name):
        return Atspi.Value.get_current_value(self.wait(name))
