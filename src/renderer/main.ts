import '@fontsource-variable/inter/wght.css'
import { mount } from 'svelte'
import { z } from 'zod'
import App from './App.svelte'
import './tokens.css'
import './ui/controls.css'

// Compiled validators need `eval`, which the content security policy forbids.
z.config({ jitless: true })
mount(App, { target: document.body })
